"""Further kinds of addresses of Pedralva's people, and a number that went from one to another."""

from datetime import datetime, timedelta
from uuid import UUID

from engagement.events.relay import run_pending
from engagement.profiles.actions.identify import add_address
from engagement.profiles.actions.identities import close, prefer, replace, verify
from engagement.profiles.actions.resolve import resolve
from engagement.profiles.models import Identity

FURTHER = (
    ("whatsapp", "553188010102", ""),  # as Meta knows it: without the ninth digit
    ("bsuid", "BR.13491208655302741918", "104996122399160"),
    ("instagram", "17841400455970028", "pedralva"),
    ("crm", "SHOP-20417", "shop"),
)
NUMBER = "+55 31 98801-0444"


def load(*, now: datetime) -> None:
    """Add them, after the people. Call inside the transaction of the whole load."""
    met = now - timedelta(days=90)
    known = resolve(kind="email", address="bento@carvalhais.example", now=met)
    for kind, address, scope in FURTHER:
        add_address(profile_id=known.profile_id, kind=kind, address=address, scope=scope, now=met)
    verify(identity_id=known.pk, evidence={"how": "staff", "words": "Opened the link in our mail."}, now=met)
    prefer(identity_id=known.pk, now=met)
    _new_id(known.profile_id, now - timedelta(days=12))
    _pass_on(now)
    run_pending(now=now)


def _new_id(profile_id: UUID, at: datetime) -> None:
    old = Identity.objects.get(profile_id=profile_id, kind="bsuid")
    replace(identity_id=old.pk, address="BR.20055190077241560013", now=at)


def _pass_on(now: datetime) -> None:
    """Marina's number went to somebody else, who wrote from it later."""
    met = now - timedelta(days=400)
    marina = resolve(
        kind="email", address="marina.duarte@tmail.example", name="Marina Duarte", language="pt-br", now=met
    )
    number = add_address(profile_id=marina.profile_id, kind="phone", address=NUMBER, now=met)
    until = now - timedelta(days=35)
    close(identity_id=number.pk, reason=Identity.Closed.REASSIGNED, now=until)
    resolve(kind="phone", address=NUMBER, name="Renata Faria", language="pt-br", now=now - timedelta(days=6))
