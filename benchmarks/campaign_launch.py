"""How long a launch takes to judge and freeze 1,000,000 recipients, beside a raw INSERT … SELECT of the same rows.

"SMS, else e-mail", a holdout of 10 %, a cap, consents of two channels; 4 indexes on the table, fsync on.
``BENCH_SCALE=0.01`` makes everything smaller.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from benchmarks.campaign import LAYOUT, made_campaign
from benchmarks.campaign_rows import fill
from benchmarks.figures import Figure, WorkNotDone, figure
from benchmarks.services import services

SCALE = float(os.environ.get("BENCH_SCALE", "1"))


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
        words = {"email": {"subject": "Hello", "mjml": LAYOUT}, "sms": {"text": "Hello. SAIR para parar"}}
        campaign = made_campaign(Campaign.Plan.SMS_ELSE_EMAIL, words, holdout_percent=10)
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


def _bare() -> float:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (LIKE campaigns_recipient INCLUDING ALL)")
        began = time.perf_counter()
        cursor.execute("INSERT INTO bare SELECT * FROM campaigns_recipient")
        return time.perf_counter() - began
