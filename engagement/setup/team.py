"""A pasted list of addresses becomes people with invitations."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from engagement.village.actions.invite import AlreadyHere, invite
from engagement.village.actions.send_password_link import LinkNotSent
from engagement.village.audit import NOWHERE, Origin
from engagement.village.models import Department, Role, User

MAX_ADDRESSES = 200
_PART = re.compile(r"[\n;,\t]")
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")


class UnreadableLine(ValueError):
    """A line holds no email address."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line[:80]


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody of the list."""

    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Invited:
    """What came of a list. ``not_sent``: why no email left to the ``unsent`` people, who are invited all the same."""

    people: tuple[User, ...]
    already_here: tuple[str, ...]
    unsent: tuple[User, ...] = ()
    not_sent: str = ""


def read_team(text: str) -> list[Invitee]:
    """Return each person of a list once: lines, or addresses after commas or semicolons. Raises UnreadableLine.

    A name may stand before or after its address, apart by a comma, a tab or a semicolon too (a copied table).
    """
    found: dict[str, Invitee] = {}
    for line in text.replace("\r", "\n").replace("\u00a0", " ").split("\n"):
        name = ""
        pending = ""
        for part in _PART.split(line):
            match = _ADDRESS.search(part)
            rest = " ".join((part[: match.start()] + part[match.end() :] if match else part).split()).strip("<>()\"' ")
            rest = rest.removesuffix("mailto:").strip("<>()\"' ")
            if match is None:
                name = f"{name} {rest}".strip()
                if pending and rest and found[pending].name == name_of(pending):
                    found[pending] = Invitee(pending, rest)
                    name, pending = "", ""
                continue
            email = match[0].strip(".").lower()
            try:
                validate_email(email)
            except ValidationError as error:
                raise UnreadableLine(part.strip()) from error
            said = f"{name} {rest}".strip()[:200]
            found.setdefault(email, Invitee(email, said or name_of(email)))
            name, pending = "", "" if said else email
        if name and "@" in name:
            raise UnreadableLine(line.strip())
        if name and not _ADDRESS.search(line):
            raise UnreadableLine(line.strip())
    return list(found.values())


def name_of(email: str) -> str:
    """Return what somebody may be called: ``ana.souza@`` is Ana Souza."""
    words = re.split(r"[._\-+]+", email.partition("@")[0])
    return " ".join(word.capitalize() for word in words if word and not word.isdigit()) or email


def invite_team(
    *,
    team: Iterable[Invitee],
    roles: Iterable[Role],
    departments: Iterable[Department],
    language: str,
    actor: User,
    now: datetime,
    origin: Origin = NOWHERE,
) -> Invited:
    """Invite each of them; who has an account already is left as they are. Safe to repeat.

    After the first email that the mail server does not take no other one is tried, so that nobody waits for forty.
    """
    chosen, places = list(roles), list(departments)
    people: list[User] = []
    already: list[str] = []
    unsent: list[User] = []
    not_sent = ""
    for one in team:
        try:
            person = invite(
                email=one.email,
                name=one.name,
                roles=chosen,
                departments=places,
                language=language,
                actor=actor,
                now=now,
                origin=origin,
                sends_link=not not_sent,
            )
        except AlreadyHere:
            already.append(one.email)
        except LinkNotSent as problem:
            unsent.append(problem.person)
            not_sent = str(problem)
        else:
            (unsent if not_sent else people).append(person)
    return Invited(tuple(people), tuple(already), tuple(unsent), not_sent)
