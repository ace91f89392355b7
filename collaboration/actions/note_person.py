"""Write down what a colleague knows of a customer; only the team reads it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from collaboration.actions.naming import mentioned_in
from collaboration.models import Note
from engagement.events.catalogue import PersonNoted
from engagement.events.outbox import publish
from engagement.profiles.models import Profile
from engagement.realtime.topics import poke
from engagement.sorting import by_localized_name
from engagement.village.models import User

LONGEST = 10_000  # characters
READ = ("profiles.view_profile", "collaboration.view_note")


class NoteRefused(ValueError):
    """What was written cannot stand like this; the message is a sentence for its author."""


@transaction.atomic
def note_person(*, profile: Profile, author: User, text: str, client_key: str, now: datetime) -> Note:
    """Leave a note about a person; who is named behind an @ is told of it.

    The same ``client_key`` of the same author again returns the first note. Raises NoteRefused.
    """
    text = _checked(text)
    people = mentioned_in(text)
    for person in people:
        if not person.has_perms(READ):
            raise NoteRefused(_("%(name)s may not read this. Take the mention out.") % {"name": person})
    values = {
        "profile_id": profile.canonical_id or profile.pk,
        "department": author.departments.order_by(*by_localized_name()).first(),
        "text": text,
        "created_at": now,
    }
    if client_key:
        note, is_new = Note.objects.get_or_create(author=author, client_key=client_key, defaults=values)
    else:
        note, is_new = Note.objects.create(author=author, **values), True
    if is_new:
        event = PersonNoted(
            profile_id=note.profile_id,
            note_id=note.pk,
            author_id=author.pk,
            mentioned_ids=[person.pk for person in people if person != author],
            at=now,
        )
        publish(event, now=now)
        poke(f"profile:{note.profile_id}")
    return note


def _checked(text: str) -> str:
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise NoteRefused(_("Write something first."))
    if len(text) > LONGEST:
        raise NoteRefused(_("A note holds at most %(limit)d characters.") % {"limit": LONGEST})
    return text
