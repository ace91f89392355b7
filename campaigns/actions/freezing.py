"""Freeze a campaign's people: everybody of its segment once, with their address and time, or with why not.

Set-based, in one transaction: the segment's statement and the preferred address of each kind into two temporary
tables (whose sizes the planner then knows), then one INSERT … SELECT of these with the policy gate's verdict
(``engagement.channels.policy``) and the choice by the plan. Either all of it is committed, together with the
campaign's new state, or nothing; a worker that dies in the middle leaves nothing behind, and the next begins anew.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from campaigns.models import Campaign, UniversalHoldout
from campaigns.reasons import OF_CHANNEL
from campaigns.schedule import schedule_of, turn_sql
from campaigns.segments.asking import ask, tuned
from campaigns.segments.compiling import compile_rules
from campaigns.segments.rules import read
from campaigns.statements import (
    ADDRESSES,
    CANDIDATES,
    INSERT,
    LANGUAGES,
    LOCALE,
    MARK,
    MEMBERS,
    UNIVERSAL,
    people_sql,
)
from content.locales import best_of
from content.rendering import compiled
from engagement.channels.policy import quiet_hours, verdict_sql
from engagement.events.catalogue import CampaignChanged
from engagement.events.outbox import publish
from engagement.profiles.phone_validity import valid_phone_params
from engagement.realtime.topics import poke

Status = Campaign.Status
APPROVAL_WITHDRAWN = "approval_withdrawn"  # why a campaign is paused; see steering
IDENTITY = {"email": "email", "sms": "phone"}  # kind of address, by kind of channel


def freeze(*, campaign_id: Any, now: datetime) -> bool:
    """Freeze the people of a campaign that is being launched; say whether this call did it. Safe to repeat.

    The campaign can be paused or stopped meanwhile; it then stays so. Raises BadRules for rules that nobody can ask
    any more (an attribute that is gone).
    """
    with tuned():
        if not at_it_alone(campaign_id):
            return False
        campaign = Campaign.objects.select_related("email_revision", "sms_revision").get(pk=campaign_id)
        if campaign.frozen_at is not None or campaign.status != Status.LAUNCHING:
            return False
        people, values = judged_people(campaign, now=now)
        schedule, turn = turn_sql(schedule_of(campaign, now=now))
        read = _languages_read()
        locales = {f"{kind}_locales": _locales(campaign, kind, read) for kind in ("sms", "email")}
        names = {f"{kind}_locale": LOCALE.format(name=f"{kind}_locales") for kind in ("sms", "email")}
        ask(INSERT.format(people=people, schedule=schedule, **names), values | turn | locales)
        return _carry_on(campaign_id, now)


def _carry_on(campaign_id: Any, now: datetime) -> bool:
    row = Campaign.objects.lock(campaign_id)
    if row.is_over or row.pause_reason == APPROVAL_WITHDRAWN:  # then nobody was judged by what was approved
        transaction.set_rollback(True)
        return False
    row.frozen_at, row.changed_at, row.segment_size = now, now, row.recipients.count()
    if row.status == Status.LAUNCHING:
        row.status = Status.SENDING
    row.save(update_fields=["frozen_at", "segment_size", "status", "changed_at"])
    publish(
        CampaignChanged(campaign_id=row.pk, change="sending", status=row.status, reason="", actor_id=None, at=now),
        now=now,
    )
    poke(f"campaign:{row.pk}", "campaigns:all")
    return True


def at_it_alone(campaign_id: Any) -> bool:
    """Hold the campaign's work until the transaction ends; False when another worker is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"campaign:{campaign_id}"])
        return bool(cursor.fetchone()[0])


def judged_people(campaign: Campaign, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """Put everybody of the campaign into temporary tables; return a SELECT of them with what was chosen for each
    (``channel``, ``why``, ``until``) and its parameters. Call it in the transaction that asks it.
    """
    rules = campaign.rules if campaign.rules is not None else campaign.segment.rules if campaign.segment else None
    asked = compile_rules(read(rules), now=now)
    kinds, universal = campaign.kinds, UniversalHoldout.current()
    own = {
        "campaign": str(campaign.pk),
        "holdout": campaign.holdout_percent * 100,
        "universal": universal.percent * 100,
        "universal_period": universal.period,
        **valid_phone_params(),
        "kinds": [IDENTITY[kind] for kind in kinds],
        "of_channel": list(OF_CHANNEL),
        "first": kinds[0],
        "second": kinds[-1],
        "cap": campaign.cap_count,
        "cap_days": campaign.cap_days,
        "sms_hash": _hash(campaign, "sms"),
        "email_hash": _hash(campaign, "email"),
        "now": now,
    }
    columns = f"profile.key AS profile_id, profile.language, profile.time_zone, profile.country, {MARK} AS mark,"
    columns += f" {UNIVERSAL} AS universal"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.campaign_member, pg_temp.campaign_address")
    ask(MEMBERS.format(members=asked.select(columns)), asked.parameters | own)
    ask(ADDRESSES, own)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE pg_temp.campaign_member")
        cursor.execute("ANALYZE pg_temp.campaign_address")
    hashes = [found for kind in ("sms", "email") if (found := _hash(campaign, kind))]
    turns = schedule_of(campaign, now=now)
    quiet = quiet_hours.disturbs_nobody() if turns.wall is not None else quiet_hours.quiet(turns.begins)
    verdicts, judged = verdict_sql(CANDIDATES, own, now=now, hashes=hashes, quiet=quiet)
    return people_sql(verdicts, with_second=len(kinds) > 1), own | judged


def _hash(campaign: Campaign, kind: str) -> str:
    revision = campaign.revision_of(kind)
    return revision.content_hash if revision else ""


def _languages_read() -> list[str]:
    """The languages of the people in the temporary table, as ``LOCALE`` asks for them."""
    return [row[0] for row in ask(LANGUAGES, {})]


def _locales(campaign: Campaign, kind: str, read: Sequence[str]) -> str:
    """Which of the text's languages serves a reader of which, as JSON; under "" the one for everybody else."""
    revision = campaign.revision_of(kind)
    if revision is None:
        return "{}"
    offered = list(compiled(revision.pk).locales)
    fallback = best_of(offered, revision.source_locale, offered[0])
    return json.dumps({"": fallback, **{name: best_of(offered, name, fallback) for name in read}})
