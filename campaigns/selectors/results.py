"""Did a campaign change anything? Those who were written to beside those who were left alone on purpose.

Both groups had passed the same rules before the lot was drawn. A purchase is a deal that was won within the
campaign's days of attribution; words to us are counted since its launch.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from campaigns.reasons import HOLDOUT, UNIVERSAL_HOLDOUT
from campaigns.segments.asking import ask
from campaigns.statistics import Interval, difference
from engagement.replica import read_report

_COMPARED = """
SELECT recipient.code, count(*),
    count(*) FILTER (WHERE greatest(profile.last_heard_at, head.last_heard_at) >= %(since)s),
    count(*) FILTER (WHERE EXISTS (
        SELECT FROM profiles_deal deal WHERE deal.profile_id IN (profile.key, head.key) AND deal.stage = 'won'
        AND deal.closed_at >= %(since)s AND deal.closed_at <= %(until)s)),
    count(*) FILTER (WHERE EXISTS (
        SELECT FROM profiles_consentstate consent WHERE consent.profile_id = coalesce(head.key, profile.key)
        AND consent.purpose = 'marketing' AND NOT consent.granted AND consent.since >= %(since)s))
FROM campaigns_recipient recipient JOIN profiles_profile profile ON profile.key = recipient.profile_id
LEFT JOIN profiles_profile head ON head.key = profile.canonical_id
WHERE recipient.campaign_id = %(campaign)s::uuid
  AND (recipient.state = 'queued' OR recipient.state = 'skipped' AND recipient.code = ANY(%(alone)s::text[]))
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that people may have done, in both groups. Shares and points are in per cent."""

    code: str
    label: Any
    written: int
    alone: int
    written_share: float
    alone_share: float
    points: Interval
    better: bool | None  # None: chance may explain it


@dataclass(frozen=True, slots=True)
class Comparison:
    """``written`` and ``alone``: how many people each group has. ``code``: why the others were left alone."""

    code: str
    written: int
    alone: int
    outcomes: tuple[Outcome, ...]

    @property
    def is_universal(self) -> bool:
        """Whether it is with those who get no campaign of the period."""
        return self.code == UNIVERSAL_HOLDOUT


def comparisons(*, campaign: Campaign) -> list[Comparison]:
    """Compare with the campaign's own holdout, and with the universal one; each only where somebody was written to
    and somebody left alone. One query, at the reports' copy of the database where there is one.
    """
    if campaign.launched_at is None:
        return []
    since: datetime = campaign.launched_at
    until = since + timedelta(days=campaign.attribution_days)
    alone = [HOLDOUT, UNIVERSAL_HOLDOUT]
    parameters = {"campaign": str(campaign.pk), "since": since, "until": until, "alone": alone}
    rows = read_report(lambda: ask(_COMPARED, parameters), name="campaign_comparisons")
    found = {str(row[0]): row[1:] for row in rows}
    return [_compared(code, found[""], found[code]) for code in alone if "" in found and code in found]


def _compared(code: str, written: tuple[int, ...], alone: tuple[int, ...]) -> Comparison:
    kinds = (
        ("replied", _("wrote to us"), True),
        ("purchased", _("bought: a deal was won"), True),
        ("unsubscribed", _("unsubscribed"), False),
    )
    outcomes = [
        _outcome(kind, label, more_is_better, written[0], written[place], alone[0], alone[place])
        for place, (kind, label, more_is_better) in enumerate(kinds, start=1)
    ]
    return Comparison(code, written[0], alone[0], tuple(outcomes))


def _outcome(code: str, label: Any, more_is_better: bool, whole: int, part: int, base: int, base_part: int) -> Outcome:
    points = difference(part, whole, base_part, base)
    percent = Interval(100 * points.value, 100 * points.low, 100 * points.high)
    better = (points.value > 0) == more_is_better if points.excludes_zero else None
    return Outcome(code, label, part, base_part, 100 * part / whole, 100 * base_part / base, percent, better)
