"""Where Pedralva's customers work, who belongs with whom, and whose customers they are."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from engagement.profiles.actions import resolve
from engagement.profiles.actions.change import Facts, change
from engagement.profiles.companies.changes import change_company, company_named
from engagement.profiles.companies.ties import employ, relate
from engagement.village.models import User

HERE = Path(__file__).parent


def load(*, now: datetime) -> None:
    """Make them, after the people and their deals. Call inside the transaction of the whole load."""
    story = tomllib.loads((HERE / "companies.toml").read_text())
    seller = User.objects.get(email="dagmar.oyelaran@pedralva.example")
    for given in story["companies"]:
        _company(given, seller, now - timedelta(days=400))
    for given in story["work"]:
        began = now - timedelta(days=given["ago"])
        employ(
            profile_id=_person(given["email"], now),
            company=company_named(name=given["company"], actor=seller, now=now),
            position=given["position"],
            since=began.date(),
            actor=seller,
            now=now - timedelta(days=30),
        )
    for given in story["relations"]:
        one, other = _person(given["email"], now), _person(given["other"], now)
        relate(profile_id=one, other_id=other, kind=given["kind"], actor=seller, now=now - timedelta(days=20))
    for given in story["owners"]:
        owner = User.objects.get(email=given["owner"])
        for email in given["emails"]:
            facts = Facts(owner_id=owner.pk)
            change(profile_id=_person(email, now), facts=facts, actor=owner, now=now - timedelta(days=15))


def _company(given: dict[str, Any], actor: User, at: datetime) -> None:
    made = company_named(name=given["name"], actor=actor, now=at)
    owner = User.objects.get(email=given["owner"]) if "owner" in given else None
    above = company_named(name=given["above"], actor=actor, now=at) if "above" in given else None
    change_company(
        company_id=made.pk,
        facts={
            "domains": given.get("domains", ()),
            "country": given["country"],
            "owner_id": owner.pk if owner else None,
            "parent_id": above.pk if above else None,
        },
        actor=actor,
        now=at,
    )


def _person(email: str, now: datetime) -> UUID:
    return resolve(kind="email", address=email, now=now).profile_id
