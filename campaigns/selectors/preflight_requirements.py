"""Before a launch: the requirements that name what the campaign uses, and whether they are met."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from campaigns.selectors.checking import Check
from engagement.operations.capabilities import CAMPAIGNS, EMAIL, SMS, SMS_WITH_EMAIL_FALLBACK
from engagement.operations.models import RequirementWaiver
from engagement.operations.selectors.coverage import Coverage, unmet_for

_NEEDS: dict[str, tuple[str, ...]] = {
    Campaign.Plan.SMS_ELSE_EMAIL: (SMS_WITH_EMAIL_FALLBACK, SMS, EMAIL),
    Campaign.Plan.SMS: (SMS,),
    Campaign.Plan.EMAIL: (EMAIL,),
}


def requirement_checks(campaign: Campaign, now: datetime) -> Iterator[Check]:
    """An unmet requirement stops the launch, a waived one is worth a look. One query where there is none."""
    for one in unmet_for(capabilities=(CAMPAIGNS, *_NEEDS.get(campaign.plan, ())), now=now):
        yield _waived(one, one.waiver) if one.waiver is not None else _unmet(one)


def _unmet(one: Coverage) -> Check:
    title = _("Requirement not met: %(requirement)s") % {"requirement": one.requirement.title}
    ask_url = reverse("operations:requirement-ask", args=[one.requirement.pk]) if one.ask is not None else ""
    return Check(
        "stop",
        title,
        one.reason,
        _page(one),
        _("Open the requirement"),
        one.ask.name if one.ask is not None else "",
        code="requirement_not_met",
        ask_url=ask_url,
    )


def _waived(one: Coverage, waiver: RequirementWaiver) -> Check:
    title = _("Requirement waived: %(requirement)s") % {"requirement": one.requirement.title}
    text = _("%(name)s waived it until %(day)s: “%(reason)s” %(state)s") % {
        "name": waiver.person.name,
        "day": formats.date_format(timezone.localtime(waiver.until), "SHORT_DATE_FORMAT"),
        "reason": waiver.reason,
        "state": one.reason,
    }
    return Check("ask", title, text, _page(one), _("Open the requirement"), code="requirement_waived")


def _page(one: Coverage) -> str:
    return reverse("operations:requirement", args=[one.requirement.pk])
