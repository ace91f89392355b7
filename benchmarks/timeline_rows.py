"""What stands on a person's page beside their messages: moments of every source, what is open, who they belong to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from benchmarks.campaign import made_campaign

EACH = 40  # moments of each source


def everything_else(*, profile: Any, reader: Any, now: datetime) -> int:
    """Write moments of every other source for one person, spread over the last year; return how many."""
    from engagement.profiles.models import Employment, Identity, Profile
    from engagement.profiles.models.company import Company

    at = [now - timedelta(days=9 * number, hours=1) for number in range(EACH)]
    merged = Profile.objects.create(name="The same", canonical_id=profile, created_at=now)
    for kind, address, owner in (
        ("phone", "+5535999990001", profile),
        ("email", "other@customer.example", merged.pk),
        ("handle", "the-same", profile),
    ):
        Identity.objects.create(profile_id=owner, kind=kind, address=address, address_norm=address, valid_from=now)
    company = Company.objects.create(name="Oficina do Vale", created_at=now, changed_at=now)
    Employment.objects.create(profile_id=profile, company=company, position="Buyer", primary=True)
    return sum(write(profile, reader, at) for write in (_by_colleagues, _agreed, _sold, _in_public, _by_campaigns))


def _by_colleagues(profile: Any, reader: Any, at: list[datetime]) -> int:
    from collaboration.models import Handoff, Note, Task
    from engagement.keys import new_key
    from engagement.village.models import Department

    ours, theirs = Department.objects.order_by("name")[:2]
    reader.departments.add(ours)
    facts: dict[str, Any] = {"profile_id": profile}
    Note.objects.bulk_create(
        Note(**facts, author=reader, department=ours, text="Rides daily", created_at=t) for t in at
    )
    facts |= {"subject_id": new_key(), "subject_type": "bench"}
    ended = {"state": "done", "done_by": reader}
    Task.objects.bulk_create(
        Task(
            **facts,
            title="Call them",
            department=ours,
            assignee=reader,
            created_by=reader,
            created_at=moment,
            **({**ended, "done_at": moment + timedelta(hours=2)} if number > 1 else {}),
        )
        for number, moment in enumerate(at)
    )
    Handoff.objects.bulk_create(
        Handoff(
            **facts,
            summary="Wants a refund",
            from_department=theirs,
            to_department=ours,
            state="accepted",
            offered_by=reader,
            offered_at=moment,
            accepted_by=reader,
            answered_by=reader,
            answered_at=moment + timedelta(minutes=40),
        )
        for moment in at
    )
    return 3 * len(at)


def _agreed(profile: Any, reader: Any, at: list[datetime]) -> int:
    from engagement.profiles.models import Consent
    from engagement.profiles.models.consent import ConsentState

    said = {"profile_id": profile, "channel": "email", "purpose": "marketing"}
    Consent.objects.bulk_create(
        Consent(
            **said,
            granted=bool(number % 2),
            basis="express" if number % 2 else "",
            source="form",
            evidence={"text": "Yes, write to me"},
            actor=reader if number % 3 else None,
            at=moment,
        )
        for number, moment in enumerate(at)
    )
    ConsentState.objects.create(**said, granted=True, basis="express", since=at[0])
    return len(at)


def _sold(profile: Any, reader: Any, at: list[datetime]) -> int:
    from engagement.profiles.models import Deal

    Deal.objects.bulk_create(
        Deal(
            profile_id=profile,
            owner=reader,
            title="A fleet",
            stage="won" if number > 1 else "negotiation",
            created_at=moment,
            changed_at=moment,
            closed_at=moment + timedelta(days=1) if number > 1 else None,
        )
        for number, moment in enumerate(at)
    )
    return 2 * len(at) - 2


def _in_public(profile: Any, reader: Any, at: list[datetime]) -> int:
    from community.models import Member, Post, Space, Topic

    member = Member.objects.create(profile_id=profile, handle="rider", display_name="Rider")
    space = Space.objects.create(slug="workshop", name="Workshop", name_pt="Oficina")
    facts = {"source": "It creaks", "html": "<p>It creaks</p>", "text": "It creaks"}
    for number, moment in enumerate(at):
        named = {"slug": f"topic-{number}", "title": "It creaks", "kind": "question"}
        topic = Topic.objects.create(**named, space=space, author=member, opened_at=moment, last_activity_at=moment)
        times = {"created_at": moment, "scored_at": moment}
        Post.objects.create(topic=topic, kind="opening", member=member, **facts, **times)
        Post.objects.create(topic=topic, kind="answer", staff=reader, **facts, **times)
    return 2 * len(at)


def _by_campaigns(profile: Any, reader: Any, at: list[datetime]) -> int:
    from campaigns.models import Campaign, Recipient
    from engagement.keys import new_key

    made = made_campaign(
        Campaign.Plan.EMAIL, {"email": {"subject": "Spring", "mjml": _MJML, "text": "{{ unsubscribe_url }}"}}
    )
    facts = {"channel": "email", "address": "ana@customer.example", "state": "queued"}
    for moment in at:
        made.pk, made._state.adding = new_key(), True
        made.save()
        Recipient.objects.create(
            key=new_key(), campaign=made, profile_id=profile, **facts, send_at=moment, created_at=moment
        )
    return len(at)


_MJML = (
    "<mjml><mj-body><mj-section><mj-column><mj-text><a href='{{ unsubscribe_url }}'>Stop</a></mj-text></mj-column>"
    "</mj-section></mj-body></mjml>"
)
