"""Makers of members, spaces, topics and posts, and browsers in which a member is signed in."""

import itertools
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.test import Client
from django.utils import timezone

from community.actions import sign_in
from community.actions.topics import answer, open_topic
from community.models import Member, MemberSession, Post, Review, Space, Topic
from community.visitor import COOKIE
from engagement.keys import new_key
from engagement.profiles.actions import resolve
from engagement.profiles.models import Identity
from engagement.village.models import User
from tests.village.people import person

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def make_member(
    name: str = "", *, level: int = 1, email: str = "", language: str = "en", now: datetime = NOW
) -> Member:
    """A member with a confirmed address; of level 1, so that no rule for newcomers counts."""
    number = next(_numbers)
    name = name or f"member{number}"
    identity = resolve(kind="email", address=email or f"{name}@customer.example", now=now)
    Identity.objects.filter(pk=identity.pk).update(verified_at=now)
    made = sign_in.join(profile=identity.profile, handle=name, name=name, language=language, now=now)
    made.level = level
    made.save(update_fields=["level"])
    return made


def make_space(slug: str = "", *, moderator: User | None = None, **fields: object) -> Space:
    """A space in which everything may be opened."""
    slug = slug or f"space-{next(_numbers)}"
    fields.setdefault("kinds", list(Topic.Kind.values))
    return Space.objects.create(slug=slug, name=slug.title(), name_pt=slug.title(), moderator=moderator, **fields)


def make_topic(
    space: Space | None = None, member: Member | None = None, *, kind: str = "question", **facts: object
) -> Topic:
    """A topic that is in sight."""
    facts.setdefault("title", f"Why does it creak, number {next(_numbers)}?")
    facts.setdefault("source", f"It creaks **loudly** since {next(_numbers)} days.")
    facts.setdefault("now", NOW)
    return open_topic(space=space or make_space(), member=member or make_member(), kind=kind, **facts)


def make_answer(topic: Topic, member: Member | None = None, **facts: object) -> Post:
    """An answer of a member."""
    facts.setdefault("source", f"Grease it {next(_numbers)} times.")
    facts.setdefault("now", NOW)
    if "staff" not in facts:
        facts["member"] = member or make_member()
    return answer(topic=topic, **facts)


def held_post(topic: Topic, member: Member | None = None, **facts: object) -> tuple[Post, Review]:
    """An answer of a newcomer with a link: the rules hold it."""
    facts.setdefault("source", f"Buy number {next(_numbers)} at https://cheap.example/grease")
    post = make_answer(topic, member or make_member(level=0), **facts)
    return post, Review.objects.get(post=post)


def seen_of(review: Review) -> str:
    """The version of the text that a moderator reads who opens the review now."""
    return Post.objects.select_related("topic").get(pk=review.post_id).content_version


def moderator(space: Space | None = None, *, name: str = "", email: str = "") -> User:
    """A moderator; of ``space`` by name when given."""
    number = next(_numbers)
    made = person("moderator", email=email or f"moderator{number}@pedralva.example", name=name or f"Moderator {number}")
    if space is not None:
        field = "moderator" if space.moderator_id is None else "deputy"
        setattr(space, field, made)
        space.save()
    return made


def browser_of(member: Member, **headers: str) -> Client:
    """A browser in which the member is signed in."""
    session = MemberSession.objects.create(
        member=member, created_at=timezone.now(), expires_at=timezone.now() + timedelta(days=1)
    )
    client = Client(headers={"accept-language": "en", **headers})
    client.cookies[COOKIE] = signing.dumps(str(session.pk), salt="community.session")
    return client


def key() -> str:
    """A key as forms carry it."""
    return str(new_key())
