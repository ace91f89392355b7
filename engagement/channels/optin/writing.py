"""Make a sign-up form and change its words: each change is a version, and what was shown before stays."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from engagement.channels.models import Channel, SignUpForm, SignUpText
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User


class FormRefused(ValueError):
    """A form that cannot be; the message says why."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a form says in one language."""

    heading: str
    text: str


def hash_of_text(text: str) -> str:
    """Return the SHA-256 of what was shown."""
    return hashlib.sha256(text.encode()).hexdigest()


def create(
    *,
    slug: str,
    name: str,
    channel: Channel,
    words: Mapping[str, Words],
    actor: User | None,
    now: datetime,
    origin: Origin = NOWHERE,
) -> SignUpForm:
    """Make a form with its first version, ``words`` by language. Raises FormRefused."""
    if not words:
        raise FormRefused(_("Write the form in one language at least."))
    try:
        with transaction.atomic():
            form = SignUpForm.objects.create(slug=slug, name=name, channel=channel, created_at=now)
            _write(form, words, actor, now)
            record(actor=actor, action="sign_up_form.made", subject=form, now=now, origin=origin)
    except IntegrityError as error:
        raise FormRefused(_("Another form has this address.")) from error
    return form


@transaction.atomic
def change(
    *,
    form_id: UUID,
    name: str,
    channel: Channel,
    words: Mapping[str, Words],
    actor: User | None,
    now: datetime,
    origin: Origin = NOWHERE,
) -> SignUpForm:
    """Change a form; other words make a new version. Safe to repeat. Raises FormRefused, SignUpForm.DoesNotExist."""
    if not words:
        raise FormRefused(_("Write the form in one language at least."))
    form = SignUpForm.objects.select_for_update().get(pk=form_id)
    before = words_of(form)
    is_same = dict(words) == before and (form.name, form.channel_id) == (name, channel.pk)
    if is_same:
        return form
    form.name, form.channel = name, channel
    if dict(words) != before:
        form.version += 1
        _write(form, words, actor, now)
    form.save(update_fields=["name", "channel", "version"])
    record(
        actor=actor,
        action="sign_up_form.changed",
        subject=form,
        now=now,
        detail={"version": form.version},
        origin=origin,
    )
    return form


@transaction.atomic
def set_open(
    *, form_id: UUID, is_open: bool, actor: User | None, now: datetime, origin: Origin = NOWHERE
) -> SignUpForm:
    """Open or close a form; links that were mailed can still be confirmed. Safe to repeat."""
    form = SignUpForm.objects.select_for_update().get(pk=form_id)
    if form.is_open == is_open:
        return form
    form.is_open = is_open
    form.save(update_fields=["is_open"])
    action = "sign_up_form.opened" if is_open else "sign_up_form.closed"
    record(actor=actor, action=action, subject=form, now=now, origin=origin)
    return form


def words_of(form: SignUpForm) -> dict[str, Words]:
    """Return what the form says now, by language."""
    texts = SignUpText.objects.filter(form=form, version=form.version).order_by("locale")
    return {one.locale: Words(one.heading, one.text) for one in texts}


def _write(form: SignUpForm, words: Mapping[str, Words], actor: User | None, now: datetime) -> None:
    SignUpText.objects.bulk_create(
        SignUpText(
            form=form,
            version=form.version,
            locale=locale,
            heading=one.heading,
            text=one.text,
            text_hash=hash_of_text(one.text),
            author=actor,
            created_at=now,
        )
        for locale, one in sorted(words.items())
    )
