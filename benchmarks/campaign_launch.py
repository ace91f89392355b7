"""How long a launch takes to judge and freeze 1,000,000 recipients, beside a raw INSERT … SELECT of the same rows.

"SMS, else e-mail", a holdout of 10 %, a cap, consents of two channels; 4 indexes on the table, fsync on.
``BENCH_SCALE=0.01`` makes everything smaller.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from benchmarks.campaign_rows import fill
from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.services import services

if TYPE_CHECKING:
    from campaigns.models import Campaign

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
LAYOUT = "<mjml><mj-body><mj-section><mj-column><mj-text>Hello</mj-text></mj-column></mj-section></mj-body></mjml>"


def run() -> Iterator[Figure]:
    """Fill, freeze, count, and write the same rows bare."""
    with services():
        from django.conf import settings
        from django.utils import timezone

        from campaigns.actions.freezing import freeze
        from campaigns.models import Campaign, Recipient

        settings.DEBUG = False
        people = int(1_000_000 * SCALE)
        fill(people)
        campaign = _campaign(timezone.now())
        began = time.perf_counter()
        if not freeze(campaign_id=campaign.pk, now=timezone.now()):
            raise WorkNotDone("the campaign was not frozen")
        ours = time.perf_counter() - began
        rows = Recipient.objects.filter(campaign=campaign)
        total, waiting = rows.count(), rows.filter(state="waiting").count()
        if total != people or not 0.3 < waiting / people < 0.95:
            raise WorkNotDone(f"{total} recipients of {people}, {waiting} of them to be written to")
        if Campaign.objects.get(pk=campaign.pk).status != Campaign.Status.SENDING:
            raise WorkNotDone("the campaign does not send")
        work = f"{total:,} recipients judged and frozen, {waiting:,} to be written to; reference: the same rows, bare"
        yield figure("campaign_launch", ours, "s", reference=_bare(), work=work)


def _campaign(now: Any) -> Campaign:
    """A campaign as a launch leaves it."""
    from datetime import timedelta

    from campaigns.models import Campaign
    from engagement.channels import policy
    from engagement.channels.models import Channel
    from engagement.village.models import User

    policy.register_approvals(lambda hashes, _now: set(hashes))
    author = User.objects.create_user("bench@pedralva.example", name="Bench")
    senders = {
        "email": Channel.objects.create(kind="email", name="News", address="news@pedralva.example"),
        "sms": Channel.objects.create(kind="sms", name="Texts", address="+5531955500100"),
    }
    revisions = {kind: _revision(kind, senders[kind], author, now) for kind in senders}
    return Campaign.objects.create(
        name="Bench",
        plan=Campaign.Plan.SMS_ELSE_EMAIL,
        status=Campaign.Status.LAUNCHING,
        holdout_percent=10,
        rules={"all": []},
        launched_at=now,
        launched_by=author,
        ends_at=now + timedelta(days=1),
        email_channel=senders["email"],
        sms_channel=senders["sms"],
        email_revision=revisions["email"],
        sms_revision=revisions["sms"],
    )


def _revision(kind: str, sender: Any, author: Any, now: Any) -> Any:
    from content.actions.saving import save
    from content.models import Draft, Template

    template = Template.objects.create(
        name=kind, kind=kind, purpose="marketing", channel=sender, owner=author, edited_by=author
    )
    words = {"subject": "Hello", "mjml": LAYOUT} if kind == "email" else {"text": "Hello. SAIR para parar"}
    Draft.objects.create(template=template, locale="en", updated_at=now, updated_by=author, **words)
    return save(template=template, author=author, now=now)


def _bare() -> float:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (LIKE campaigns_recipient INCLUDING ALL)")
        began = time.perf_counter()
        cursor.execute("INSERT INTO bare SELECT * FROM campaigns_recipient")
        return time.perf_counter() - began
