"""The demo's campaigns: one that was sent, with answers and with people who were not written to; one that waits for its
day; one draft that lacks something. Through the real actions; only the carrier's part is told here.
"""

from datetime import datetime, timedelta
from typing import Any

from campaigns.actions import freezing, steering, waves
from campaigns.actions.launch import launch
from campaigns.models import Campaign, Segment
from campaigns.selectors.preflight import missing, preflight
from content.models import Template
from content.selectors.approved import revision_of
from engagement.channels.actions.receive import receive
from engagement.channels.actions.report import report
from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.composing import OutgoingEmail, compose
from engagement.channels.inbound.delivery_key import delivery_key
from engagement.channels.inbound.processing import process
from engagement.channels.models import Channel, Transmission
from engagement.events.relay import run_pending
from engagement.profiles.models import Profile
from engagement.village.models import User

AUTHOR, VISIONARY = "otavio.sampaio@pedralva.example", "bruna.koch@pedralva.example"
CUSTOMERS = {"all": [{"field": "lifecycle", "op": "any_of", "value": ["customer", "advocate"]}]}
CLUB = {
    "all": [
        {"field": "tags", "op": "has_any", "value": ["club", "mountain"]},
        {"field": "consent.email", "op": "yes"},
        {"not": {"any": [{"field": "deal.open", "op": "yes"}]}},
    ]
}
ANSWERS = {
    "pt-br": "Bom dia! Posso levar a bicicleta no sábado de manhã? Abraço, {name}",
    "en": "Hello, could I bring the bike in on Saturday morning? Best, {name}",
}


def load(*, now: datetime) -> None:
    """Make them, after the people and the texts. Call inside the transaction of the whole load."""
    author, visionary = User.objects.get(email=AUTHOR), User.objects.get(email=VISIONARY)
    customers = _segment(
        "Customers and advocates",
        "Everyone who has a bicycle of ours. For service and safety.",
        CUSTOMERS,
        visionary,
        now - timedelta(days=20),
    )
    club = _segment(
        "Mountain riders and the club, no open deal",
        "Rides and trails. Whoever negotiates with us hears of it from their seller instead.",
        CLUB,
        author,
        now - timedelta(days=12),
    )
    approved = _approved(now)
    _draft(club, author, now)
    if "email" not in approved:
        return
    _sent(customers, approved, author, now)
    _scheduled(club, approved, visionary, now)


def _segment(name: str, description: str, rules: Any, owner: User, at: datetime) -> Segment:
    return Segment.objects.create(
        name=name, description=description, rules=rules, owner=owner, created_at=at, changed_at=at
    )


def _approved(now: datetime) -> dict[str, Template]:
    """The first marketing text of each kind that may be sent."""
    found: dict[str, Template] = {}
    for template in Template.objects.in_use().filter(purpose="marketing").order_by("created_at", "key"):
        if revision_of(template.pk, now) is not None:
            found.setdefault(template.kind, template)
    return found


def _words(approved: dict[str, Template], plan: str) -> dict[str, Any]:
    words: dict[str, Any] = {"plan": plan}
    for kind in ("email", "sms"):
        if kind in plan:
            template = approved[kind]
            words |= {f"{kind}_template": template, f"{kind}_channel": template.channel}
    return words


def _draft(segment: Segment, owner: User, now: datetime) -> None:
    Campaign.objects.create(
        name="Primavera na serra / Spring in the hills",
        objective="Trinta inscrições na trilha de dezembro.",
        owner=owner,
        segment=segment,
        holdout_percent=0,
        created_at=now - timedelta(days=2),
    )


def _sent(segment: Segment, approved: dict[str, Template], owner: User, now: datetime) -> None:
    """Launched yesterday at noon; its SMS and mails arrived, some did not, two people answered."""
    at = (now - timedelta(hours=30)).replace(hour=15, minute=0, second=0, microsecond=0)
    plan = "sms_else_email" if "sms" in approved else "email"
    campaign = Campaign.objects.create(
        name="Revisão de primavera / Spring service",
        objective="Um terço das bicicletas com mais de seis meses revisadas até o fim do mês.",
        owner=owner,
        budget=38000,
        ends_at=now + timedelta(days=10),
        segment=segment,
        holdout_percent=10,
        created_at=at - timedelta(days=3),
        **_words(approved, plan),
    )
    if not _start(campaign, owner, at):
        return
    waves.queue_wave(campaign_id=campaign.pk, now=at)
    rows = list(Transmission.objects.filter(group_id=campaign.pk).select_related("channel").order_by("key"))
    _carry(rows, at)
    run_pending(now=now)
    followed = Transmission.objects.filter(group_id=campaign.pk, state="queued", not_before__lte=now)
    _carry(list(followed.select_related("channel")), at + timedelta(minutes=40))
    _answer([row for row in rows if row.channel.kind == "email"][:2], now)
    run_pending(now=now)
    steering.end_if_over(campaign_id=campaign.pk, now=now)
    run_pending(now=now)


def _scheduled(segment: Segment, approved: dict[str, Template], owner: User, now: datetime) -> None:
    """Launched; it begins in three days at nine, where each person lives."""
    begins = (now + timedelta(days=3)).replace(hour=12, minute=0, second=0, microsecond=0)
    campaign = Campaign.objects.create(
        name="Antes das chuvas / Before the rains",
        objective="Freios revisados antes de janeiro.",
        owner=owner,
        budget=6500,
        ends_at=begins + timedelta(days=14),
        segment=segment,
        holdout_percent=10,
        begins_at=begins,
        in_local_time=True,
        created_at=now - timedelta(days=1),
        **_words(approved, "email"),
    )
    _start(campaign, owner, now - timedelta(hours=2))


def _start(campaign: Campaign, actor: User, at: datetime) -> bool:
    """Launch and freeze, where nothing is missing; else it stays a draft that says what is."""
    if missing(preflight(campaign=campaign, now=at)):
        return False
    launch(campaign=campaign, actor=actor, now=at)
    freezing.freeze(campaign_id=campaign.pk, now=at)
    run_pending(now=at)
    return True


def _carry(rows: list[Transmission], at: datetime) -> None:
    """What the carriers did: they took everything; most of it arrived, one in nine of the SMS did not."""
    keys = [row.key for row in rows]
    Transmission.objects.filter(key__in=keys).update(state="accepted", handed_at=at, state_at=at, attempts=1)
    Channel.objects.filter(pk__in={row.channel_id for row in rows}).update(last_outbound_at=at)
    for number, row in enumerate(rows):
        if row.channel.kind == "email":
            continue  # mail servers send no receipts
        state = "bounced" if number % 9 == 4 else "delivered"
        report(
            channel_id=row.channel_id,
            external_id=row.external_id,
            state=state,
            recipient=row.recipients[0]["address"],
            detail="" if state == "delivered" else "30003 Unreachable destination handset",
            unique_key=f"demo:{row.key}:{state}",
            at=at + timedelta(minutes=2, seconds=number),
        )


def _answer(rows: list[Transmission], now: datetime) -> None:
    """Two people answer the mail; their conversations know what they answer."""
    names = dict(Profile.objects.filter(pk__in=[row.profile_id for row in rows]).values_list("pk", "name"))
    languages = dict(Profile.objects.filter(pk__in=[row.profile_id for row in rows]).values_list("pk", "language"))
    for number, row in enumerate(rows):
        at = now - timedelta(hours=5 - number, minutes=12)
        name, address = names.get(row.profile_id or row.key, ""), row.recipients[0]["address"]
        words = ANSWERS.get(languages.get(row.profile_id or row.key, ""), ANSWERS["en"])
        mail = OutgoingEmail(
            message_id=f"answer.{row.key.hex}@{address.rpartition('@')[2]}",
            from_=Mailbox(name, address),
            to=(Mailbox("", row.channel.address),),
            subject="Re: Pedralva",
            text=words.format(name=name.partition(" ")[0]),
            date=at,
            in_reply_to=row.external_id,
            references=(row.external_id,),
        )
        raw = compose(mail)
        envelope = {"mail_from": address, "rcpt_to": [row.channel.address], "peer": "demo"}
        event = receive(channel=row.channel, body=raw, provider_key=delivery_key(raw), envelope=envelope, now=at)
        if event is not None:
            process(key=event.key, now=at)
            run_pending(now=at)
