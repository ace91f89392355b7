"""Pedralva met some people twice: two pairs wait for somebody to look at them, and one was put together."""

from datetime import datetime, timedelta

from engagement.events.relay import run_pending
from engagement.profiles.actions import resolve
from engagement.profiles.actions.change import Facts, change
from engagement.profiles.actions.merge import merge
from engagement.profiles.actions.propose import propose_around
from engagement.village.models import User

# The address that is known, the other one, the name given there, and what was said there.
_MET_TWICE = (
    (
        "ngozi@okonjo-halvorsen.example",
        "n.halvorsen@serrafria-velo.example",
        "N. Halvorsen",
        Facts(place="Bergen, Norway", country="NO", tags=["fair"], attributes={"birth_date": "1988-04-17"}),
    ),
    (
        "raul@serrano.example",
        "raul.serrano.bici@tmail.example",
        "Raul Serrano",
        Facts(place="São Paulo", language="pt-br", lifecycle="lead", tags=["fair"]),
    ),
)
_PUT_TOGETHER = ("ines.jardim@tmail.example", "ines.jardim@clubelonge.example", "Inês Jardim Leal")


def load(*, now: datetime) -> None:
    """Make them, after the people. Call inside the transaction of the whole load."""
    iara = User.objects.get(email="iara.menezes@pedralva.example")
    for known, address, name, facts in _MET_TWICE:
        other = resolve(kind="email", address=address, name=name, now=now - timedelta(days=6)).profile
        change(profile_id=other.pk, facts=facts, actor=None, now=now - timedelta(days=6))
        met = now - timedelta(days=6)
        propose_around(profile_ids=[resolve(kind="email", address=known, now=now).profile_id], now=met)
    known, address, name = _PUT_TOGETHER
    other = resolve(kind="email", address=address, name=name, now=now - timedelta(days=40)).profile
    change(profile_id=other.pk, facts=Facts(tags=["tour-2026"]), actor=None, now=now - timedelta(days=40))
    kept = resolve(kind="email", address=known, now=now).profile_id
    merge(kept_id=kept, merged_id=other.pk, actor=iara, now=now - timedelta(days=3))
    run_pending(now=now)
