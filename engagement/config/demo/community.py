"""Praça Pedralva: what customers asked, answered and proposed, and what moderation did with it, by the real actions."""

import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from community.actions import moderate, sign_in, topics, trust, voices
from community.actions.escalate import escalate
from community.models import Escalation, Member, Post, Review, Space, Topic
from community.site import community_channel
from conversations.models import Queue
from engagement.channels.inbound.processing import process
from engagement.events.relay import run_pending
from engagement.profiles.actions import resolve
from engagement.profiles.models import Identity
from engagement.village.actions.grant import grant
from engagement.village.models import Department, Role, User

HERE = Path(__file__).parent
_KNOWN_FOR = timedelta(days=60)


def load(*, now: datetime) -> None:
    """Load spaces, members, topics and what waits for a moderator. Call it in the demo's transaction."""
    given = tomllib.loads((HERE / "community.toml").read_text())
    Queue.objects.get(slug="care").channels.add(community_channel())
    for one in given["spaces"]:
        _second_role(one["moderator"])
    members = {handle: _member(handle, known, now) for handle, known in given["members"].items()}
    for position, one in enumerate(given["spaces"]):
        _space(one, position, members, now)
    trust.recalculate(now=now - _KNOWN_FOR / 2)
    moments = [moment for one in given["topics"] for moment in _Story(one, members, now).moments()]
    for ago, do in sorted(moments, key=lambda moment: -moment[0]):
        at = now - timedelta(minutes=ago)
        do(at)
        run_pending(now=at)
    trust.recalculate(now=now)


def _second_role(email: str) -> None:
    """Whoever looks after a space is a moderator too, whatever else they do here."""
    User.objects.get(email=email).groups.add(Role.objects.get(slug="moderator").group)


def _member(handle: str, known: dict[str, Any], now: datetime) -> Member:
    at = now - _KNOWN_FOR
    language = known["language"]
    identity = resolve(kind="email", address=known["email"], name=known["name"], language=language, now=at)
    Identity.objects.filter(pk=identity.pk, verified_at=None).update(verified_at=at)
    member = sign_in.join(profile=identity.profile, handle=handle, name=known["name"], language=language, now=at)
    for day in range(known["days"], 0, -1):
        sign_in.note_visit(member=member, now=now - timedelta(days=day))
        member.refresh_from_db()
    return member


def _space(given: dict[str, Any], position: int, members: dict[str, Member], now: datetime) -> None:
    words = ("slug", "name", "name_pt", "description", "description_pt", "rules", "rules_pt", "kinds")
    space = Space.objects.create(
        **{word: given[word] for word in words},
        moderator=User.objects.get(email=given["moderator"]),
        deputy=User.objects.get(email=given["deputy"]),
        department=Department.objects.get(slug=given["department"]),
        position=position,
        created_at=now - _KNOWN_FOR,
    )
    space.volunteers.set(members[handle] for handle in given.get("volunteers", ()))
    role = Role.objects.get(slug="moderator")
    grant(person_or_role=role, permission="community.moderate_space", thing=space, actor=None, now=now)


class _Story:
    """One topic, as moments that are played in the order of their time."""

    def __init__(self, given: dict[str, Any], members: dict[str, Member], now: datetime) -> None:
        self.given, self.members, self.now = given, members, now
        self.topic: Topic | None = None

    def moments(self) -> list[tuple[float, Callable[[datetime], None]]]:
        """Return everything that happens, each with how many minutes ago."""
        given = self.given
        found: list[tuple[float, Callable[[datetime], None]]] = [(given["ago"], self._open)]
        found += [
            (given["ago"] - 30 - n, partial(self._vote, handle)) for n, handle in enumerate(given.get("also", ()))
        ]
        found += [(said["ago"], partial(self._answer, said)) for said in given.get("answers", ())]
        if "status" in given:
            found.append((given["status_ago"], self._change))
        if "escalated" in given:
            found.append((given["escalated"]["ago"], self._escalate))
        for said in given.get("answers", ()):
            found += self._afterwards(said)
        return found

    def _afterwards(self, said: dict[str, Any]) -> list[tuple[float, Callable[[datetime], None]]]:
        found: list[tuple[float, Callable[[datetime], None]]] = []
        for number, handle in enumerate(said.get("helped", ())):
            found.append((said["ago"] - 5 - number, partial(self._helped, said, handle)))
        if said.get("accepted"):
            found.append((said["ago"] - 20, partial(self._accept, said)))
        if "remark" in said:
            found.append((said["remark"]["ago"], partial(self._remark, said)))
        for number, flagged in enumerate(said.get("flagged", ())):
            found.append((said["ago"] - 10 - number, partial(self._flag, said, flagged)))
        if "hidden" in said:
            found += [
                (said["hidden"]["ago"], partial(self._hide, said)),
                (said["hidden"]["appeal_ago"], partial(self._appeal, said)),
            ]
        return found

    def _fresh(self) -> Topic:
        assert self.topic is not None  # noqa: S101 - moments are played in order
        return Topic.objects.get(pk=self.topic.pk)

    def _post(self, said: dict[str, Any]) -> Post:
        posts = Post.objects.select_related("topic", "member", "staff")
        return posts.get(topic=self._fresh(), member=self.members[said["by"]], source=said["text"])

    def _open(self, at: datetime) -> None:
        given = self.given
        self.topic = topics.open_topic(
            space=Space.objects.get(slug=given["space"]),
            member=self.members[given["by"]],
            kind=given["kind"],
            title=given["title"],
            source=given["text"],
            about=given.get("about", ""),
            rating=given.get("rating"),
            now=at,
        )

    def _answer(self, said: dict[str, Any], at: datetime) -> None:
        topics.answer(topic=self._fresh(), member=self.members[said["by"]], source=said["text"], now=at)

    def _vote(self, handle: str, at: datetime) -> None:
        voices.vote_topic(topic=self._fresh(), member=self.members[handle], wanted=True, now=at)

    def _helped(self, said: dict[str, Any], handle: str, at: datetime) -> None:
        voices.vote_post(post=self._post(said), member=self.members[handle], wanted=True, now=at)

    def _accept(self, said: dict[str, Any], at: datetime) -> None:
        voices.accept(post=self._post(said), wanted=True, member=self._fresh().author, now=at)

    def _remark(self, said: dict[str, Any], at: datetime) -> None:
        staff = User.objects.get(email=said["remark"]["by"])
        topics.answer(topic=self._fresh(), staff=staff, parent=self._post(said), source=said["remark"]["text"], now=at)

    def _flag(self, said: dict[str, Any], flagged: dict[str, str], at: datetime) -> None:
        member = Member.objects.get(handle=flagged["by"])
        moderate.flag(post=self._post(said), member=member, reason=flagged["reason"], text=flagged["text"], now=at)

    def _hide(self, said: dict[str, Any], at: datetime) -> None:
        hidden, actor = said["hidden"], User.objects.get(email=said["hidden"]["by"])
        post = self._post(said)
        review = Review.objects.filter(post=post, decided_at=None).first() or moderate.pick(
            post=post, actor=actor, now=at
        )
        moderate.hide(
            review_id=review.pk,
            seen=post.content_version,
            actor=actor,
            reason=hidden["reason"],
            text=hidden["text"],
            now=at,
        )

    def _appeal(self, said: dict[str, Any], at: datetime) -> None:
        post = self._post(said)
        text = said["hidden"]["appeal"]
        moderate.appeal(removal=post.removals.get(), member=self.members[said["by"]], text=text, now=at)

    def _change(self, at: datetime) -> None:
        given = self.given
        actor = User.objects.get(email=given["status_by"])
        voices.change_idea(topic=self._fresh(), status=given["status"], note=given["note"], actor=actor, now=at)

    def _escalate(self, at: datetime) -> None:
        actor = User.objects.get(email=self.given["escalated"]["by"])
        opening = Post.objects.select_related("member").get(topic=self._fresh(), kind=Post.Kind.OPENING)
        made = escalate(post=opening, cause=Escalation.Cause.MODERATOR, actor=actor, now=at)
        if made.raw_event_key is not None:
            process(key=made.raw_event_key, now=at)
