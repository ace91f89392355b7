"""Pedralva's customers: what is known of them, what they agreed to on what evidence, and what is being sold."""

import tomllib
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from engagement.events.relay import run_pending
from engagement.profiles.actions import consent, deals, resolve
from engagement.profiles.actions.change import Facts, change
from engagement.profiles.actions.identify import add_address
from engagement.profiles.actions.suppress import suppress
from engagement.profiles.models import AttributeDefinition, Profile
from engagement.village.models import User

HERE = Path(__file__).parent
CHANNELS = {"e": "email", "s": "sms", "w": "whatsapp"}
WORDS = {
    "en": "I want to hear from Pedralva by {channel} about new bicycles, the yearly service and offers.",
    "pt-br": "Quero receber da Pedralva, por {channel}, novidades de bicicletas, a revisão anual e ofertas.",
}
SPOKEN = {"email": "e-mail", "sms": "SMS", "whatsapp": "WhatsApp"}
ORDER = {"en": "Bought a {model} in our shop.", "pt-br": "Comprou uma {model} na nossa loja."}


def load(*, now: datetime) -> None:
    """Make them, after the conversations. Call inside the transaction of the whole load."""
    story = tomllib.loads((HERE / "profiles.toml").read_text())
    for position, given in enumerate(story["attributes"]):
        AttributeDefinition.objects.create(position=position, **given)
    seller = User.objects.get(email="dagmar.oyelaran@pedralva.example")
    counselor = User.objects.get(email="helena.vasquez@pedralva.example")
    for number, given in enumerate([*story["people"], *story["known"]]):
        _person(given, number, now)
    for given in story["deals"]:
        _deal(given, seller, now)
    for given in story["suppressions"]:
        suppress(**given, source="staff", actor=counselor, now=now - timedelta(days=16))
    run_pending(now=now)


def _person(given: dict[str, Any], number: int, now: datetime) -> None:
    met = now - timedelta(days=given.get("bought", 25) + 3)
    profile_id = resolve(kind="email", address=given["email"], name=given.get("name", ""), now=met).profile_id
    Profile.objects.filter(pk=profile_id, created_at__gt=met).update(created_at=met)
    add_address(profile_id=profile_id, kind="phone", address=given["phone"], now=met)
    attributes: dict[str, Any] = {"city": given["place"].partition(",")[0]}
    if "model" in given:
        bought = (now - timedelta(days=given["bought"])).date()
        attributes |= {"bicycle_model": given["model"], "purchase_date": bought.isoformat()}
        attributes |= {"bicycles": given["bikes"], "wants_service": number % 3 != 0}
    if "birth" in given:
        attributes["birth_date"] = given["birth"]
    plain = {name: given[name] for name in ("language", "time_zone", "country", "place", "lifecycle", "tags")}
    change(profile_id=profile_id, facts=Facts(**plain, attributes=attributes), actor=None, now=met)
    _consents(profile_id, given, number, met)


def _consents(profile_id: UUID, given: dict[str, Any], number: int, at: datetime) -> None:
    language, says = given["language"], given["says"]
    shared: dict[str, Any] = {"profile_id": profile_id, "actor": None}
    evidence = {"version": "2024-08", "locale": language, "ip": f"203.0.113.{number + 10}"}
    if "model" in given:
        bought = evidence | {"text": ORDER[language].format(model=given["model"])}
        for channel in ("email", "sms"):
            consent.give(
                **shared, channel=channel, purpose="service", basis="contract", source="shop", evidence=bought, now=at
            )
        if "i" in says:
            ends = at + timedelta(days=730)  # CASL section 10(10)(a): two years from the purchase
            consent.give(
                **shared,
                channel="email",
                purpose="marketing",
                basis="implied",
                source="shop",
                evidence=bought,
                now=at,
                expires_at=ends,
            )
    agreed = [CHANNELS[letter] for letter in says if letter in CHANNELS]
    agreed += ["email"] if "x" in says and "email" not in agreed else []
    for place, channel in enumerate(agreed):
        shown = evidence | {"text": WORDS[language].format(channel=SPOKEN[channel])}
        consent.give(
            **shared,
            channel=channel,
            purpose="marketing",
            basis="express",
            source="newsletter-form",
            evidence=shown,
            now=at + timedelta(minutes=5 + place),
        )
    if "x" in says:
        last = "sms" if "sms" in agreed else agreed[0]
        consent.withdraw(
            **shared,
            channel=last,
            source="page",
            evidence={"ip": evidence["ip"], "locale": language},
            now=at + timedelta(days=2),
        )


def _deal(given: dict[str, Any], seller: User, now: datetime) -> None:
    opened = now - timedelta(days=given["ago"])
    profile_id = resolve(kind="email", address=given["email"], now=opened).profile_id
    closes = (now + timedelta(days=given["closes"])).date() if "closes" in given else None
    terms = deals.Terms(
        title=given["title"],
        company=given["company"],
        amount=Decimal(given["amount"]),
        currency=given["currency"],
        stage=given["stage"],
        closes_on=closes,
    )
    deal = deals.open_deal(profile_id=profile_id, owner=seller, terms=terms, actor=seller, now=opened)
    if "hold" in given:
        deals.hold(deal_id=deal.pk, reason=given["hold"], actor=seller, now=opened + timedelta(days=1))
    if given.get("won"):
        deals.win(deal_id=deal.pk, actor=seller, now=now - timedelta(days=2))
