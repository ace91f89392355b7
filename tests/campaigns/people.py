"""People whom segments and campaigns are tried on."""

from datetime import timedelta
from typing import Any

from campaigns.actions.freezing import freeze
from campaigns.actions.launch import launch
from campaigns.models import Campaign, Segment
from collaboration import approvals
from content.actions.saving import save
from content.approval import KIND
from engagement.keys import new_key
from engagement.profiles.actions import consent
from engagement.profiles.models import Identity, Profile
from engagement.village.models import User
from tests.factories import NOW, make_template
from tests.village.people import person


def somebody(name: str = "Ana Prado", *, email: str = "", phone: str = "", agrees: tuple[str, ...] = (), **facts: Any):
    """A profile with open identities, who agreed to marketing by the channels named."""
    profile = Profile.objects.create(name=name, created_at=facts.pop("created_at", NOW - timedelta(days=90)), **facts)
    for kind, address in (("email", email), ("phone", phone)):
        if address:
            Identity.objects.create(profile=profile, kind=kind, address=address, address_norm=address, preferred=True)
    for channel in agrees:
        agree(profile, channel)
    return profile


def agree(profile: Profile, channel: str) -> None:
    """Agree to marketing by a channel."""
    consent.give(
        profile_id=profile.pk,
        channel=channel,
        purpose="marketing",
        basis="express",
        source="test",
        evidence={"text": "Yes, write to me", "version": "1", "locale": "en"},
        actor=None,
        now=NOW - timedelta(days=30),
    )


def approved(
    author: Any, *, kind: str = "email", name: str = "", words: str = "Hello {{ first_name | default: 'there' }}"
):
    """A marketing template whose newest revision a Counselor has approved."""
    template = make_template(author, kind=kind, purpose="marketing", words=words, **({"name": name} if name else {}))
    approve(template, author)
    return template


def approve(template: Any, author: Any) -> None:
    """Save what is written, and have it approved by somebody else."""
    revision = save(template=template, author=author, now=NOW - timedelta(hours=2))
    asked = approvals.request(
        kind=KIND,
        subject_id=template.pk,
        content_hash=revision.content_hash,
        requester=author,
        comment="",
        now=NOW - timedelta(hours=2),
    )
    email = "orientadora@pedralva.example"
    reviewer = User.objects.filter(email=email).first() or person("counselor", email=email)
    approvals.decide(
        request_id=asked.pk,
        reviewer=reviewer,
        verdict="approved",
        reason="",
        seen_hash=revision.content_hash,
        now=NOW - timedelta(hours=1),
    )


def ready(author: Any, **fields: Any) -> Campaign:
    """A campaign that lacks nothing: everybody, by e-mail, nobody left alone for a reason that is written down."""
    plan = fields.setdefault("plan", "email")
    if "email" in plan:
        template = fields.setdefault("email_template", approved(author))
        fields.setdefault("email_channel", template.channel)
    if "sms" in plan:
        template = fields.setdefault(
            "sms_template",
            approved(
                author,
                kind="sms",
                words="Oi {{ first_name | default: 'vizinha' }}. SAIR para parar, reply STOP to stop",
            ),
        )
        fields.setdefault("sms_channel", template.channel)
    fields = {
        "name": "Spring service",
        "objective": "Every third bicycle is serviced",
        "owner": author,
        "budget": 38000,
        "ends_at": NOW + timedelta(days=10),
        "holdout_percent": 0,
        "holdout_exception": "A test",
        "segment": Segment.objects.create(name=f"Everybody {new_key()}", owner=author),
        **fields,
    }
    return Campaign.objects.create(**fields)


def launched(author: Any, *, now: Any = NOW, **fields: Any) -> Campaign:
    """A campaign whose people are frozen."""
    campaign = launch(campaign=ready(author, **fields), actor=author, now=now)
    assert freeze(campaign_id=campaign.pk, now=now)
    campaign.refresh_from_db()
    return campaign
