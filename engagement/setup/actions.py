"""What changes the organization, each in one transaction with its entry in the audit trail."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from engagement.organization.current import announce_organization, lock_organization
from engagement.organization.models import Logo, Organization
from engagement.setup.mailbox import open_first_queue
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import Role, User
from engagement.village.roles import ADMINISTRATOR


class AlreadySetUp(ValueError):
    """Somebody has an account here already: the set-up link has done its work."""


def change_organization(
    *, values: Mapping[str, Any], actor: User | None, now: datetime, step: str = "", origin: Origin = NOWHERE
) -> Organization:
    """Give the organization these values; ``step`` of the set-up is done then. Nothing changed: no entry."""
    with transaction.atomic():
        row = lock_organization()
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        detail = {name: [_plain(getattr(row, name)), _plain(value)] for name, value in changed.items()}
        for name, value in changed.items():
            setattr(row, name, value)
        if step and step not in row.setup_steps_done:
            row.setup_steps_done = [*row.setup_steps_done, step]
        row.save()
        if changed:
            record(
                actor=actor,
                actor_name="" if actor else "set-up",
                action="organization.changed",
                subject=row,
                now=now,
                detail=detail,
                origin=origin,
            )
        announce_organization(row)
    return row


def save_logo(*, logo: Logo | None, actor: User | None, now: datetime, origin: Origin = NOWHERE) -> Organization:
    """Make ``logo`` the organization's; None takes it away. Older ones stay, for mail that was sent with them."""
    if logo is not None:
        Logo.objects.bulk_create([logo], ignore_conflicts=True)
    return change_organization(values={"logo": logo.digest if logo else ""}, actor=actor, now=now, origin=origin)


def issue_setup_token() -> str:
    """Return a new token for the set-up link; the one before opens nothing any more. Raises AlreadySetUp."""
    with transaction.atomic():
        row = lock_organization()
        if User.objects.exists():
            raise AlreadySetUp
        token = secrets.token_urlsafe(32)
        row.setup_token_hash = hash_token(token)
        row.save(update_fields=["setup_token_hash"])
        announce_organization(row)
    return token


def redeem_setup_token(*, token: str) -> str:
    """Exchange the token of the link, once, for one that stays in a browser's session; empty when it does not hold."""
    with transaction.atomic():
        row = lock_organization()
        if User.objects.exists() or not holds(token, row):
            return ""
        kept = secrets.token_urlsafe(32)
        row.setup_token_hash = hash_token(kept)
        row.save(update_fields=["setup_token_hash"])
        announce_organization(row)
    return kept


def holds(token: str, row: Organization) -> bool:
    """Say whether a token is the one that the set-up waits for."""
    return bool(row.setup_token_hash) and hmac.compare_digest(hash_token(token), row.setup_token_hash)


def hash_token(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_administrator(
    *,
    name: str,
    email: str,
    password: str | None,
    language: str,
    now: datetime,
    other_roles: Iterable[str] = (),
    origin: Origin = NOWHERE,
) -> User:
    """Make the first person: an administrator, with further roles where wanted. Raises AlreadySetUp.

    The lock on the organization lets one of two who try at once be the first.
    """
    with transaction.atomic():
        row = lock_organization()
        if User.objects.exists():
            raise AlreadySetUp
        person = User.objects.create_user(
            email,
            password,
            name=name,
            language=language,
            time_zone=row.time_zone,
            is_staff=True,
            date_joined=now,
            invited_at=None if password else now,
        )
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        roles = Role.objects.filter(slug__in=[ADMINISTRATOR, *other_roles])
        person.groups.set([role.group_id for role in roles])
        open_first_queue(actor=person, now=now, origin=origin)
        row.setup_token_hash = ""
        row.setup_steps_done = [*row.setup_steps_done, "administrator"]
        row.save(update_fields=["setup_token_hash", "setup_steps_done"])
        detail = {"roles": sorted(role.slug for role in roles)}
        record(actor=person, action="organization.set_up", subject=person, now=now, detail=detail, origin=origin)
        announce_organization(row)
    return person


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value.normalize())
    return value if isinstance(value, str | int | float | bool | list | None) else str(value)
