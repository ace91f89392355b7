"""Before a launch: what would become of everybody if it were launched now. The launch's own statement, counted."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from campaigns.actions.freezing import judged_people
from campaigns.models import Campaign
from campaigns.reasons import Reason, reason
from campaigns.schedule import schedule_of, turn_sql
from campaigns.segments.asking import ask, tuned
from campaigns.selectors.progress import Skipped
from content.selectors.approved import revision_of
from engagement.profiles.deal_rule import quiet_deals_sql


@dataclass(frozen=True, slots=True)
class Forecast:
    """Everything in people. ``later``: in quiet hours at the start; ``too_late``: the end comes first. ``owners``: of
    the deals that keep some of them quiet, with how many each.
    """

    people: int
    by_channel: tuple[tuple[str, int], ...]
    later: int
    too_late: int
    skipped: tuple[Skipped, ...]
    owners: tuple[tuple[str, int], ...]

    @property
    def would_get_it(self) -> int:
        """Who would be written to before the end."""
        return sum(people for _channel, people in self.by_channel) - self.too_late

    @property
    def why(self) -> list[tuple[Reason, int]]:
        """Who would not, by reason."""
        return [(one.reason, one.people) for one in self.skipped]


def forecast(*, campaign: Campaign, now: datetime) -> Forecast | None:
    """Judge everybody as a launch would; nothing is kept. None without a segment. Raises BadRules."""
    if campaign.segment is None:
        return None
    if "email" in campaign.kinds and campaign.email_template_id:
        campaign.email_revision = revision_of(campaign.email_template_id, now)
    if "sms" in campaign.kinds and campaign.sms_template_id:
        campaign.sms_revision = revision_of(campaign.sms_template_id, now)
    with tuned():
        people, values = judged_people(campaign, now=now)
        turn, turns = turn_sql(schedule_of(campaign, now=now))
        too_late = f"greatest({turn}, until) >= %(ends)s::timestamptz"
        rows = ask(
            f"SELECT channel, why, count(*), count(until), count(*) FILTER (WHERE {too_late})"  # noqa: S608 - ours
            f" FROM ({people}) AS person GROUP BY 1, 2",
            values | turns | {"ends": campaign.ends_at},
        )
        owners = ask(
            "SELECT CASE WHEN owner.is_active THEN owner.name ELSE '' END, count(DISTINCT deal.profile_id)"  # noqa: S608
            " FROM profiles_deal deal"
            " JOIN village_user owner ON owner.key = deal.owner_id"
            f" JOIN ({quiet_deals_sql()}) AS quiet ON quiet.profile_id = deal.profile_id"
            " JOIN campaign_member member ON member.profile_id = deal.profile_id"
            " WHERE deal.stage NOT IN ('won', 'lost') GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 12",
            {"now": now},
        )
    skipped = sorted(((row[1], row[2]) for row in rows if row[1]), key=lambda one: (-one[1], one[0]))
    return Forecast(
        people=sum(row[2] for row in rows),
        by_channel=tuple(sorted((row[0], row[2]) for row in rows if not row[1])),
        later=sum(row[3] for row in rows if not row[1]),
        too_late=sum(row[4] for row in rows if not row[1]),
        skipped=tuple(Skipped(code, reason(code), people) for code, people in skipped),
        owners=tuple((row[0] or gettext("Sales (the owner has left)"), row[1]) for row in owners),
    )
