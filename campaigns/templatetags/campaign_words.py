"""What the pages of campaigns say in words."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.template import Context, NodeList
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from campaigns.actions.steering import APPROVAL_WITHDRAWN, IN_PERSON
from campaigns.models import Campaign
from campaigns.selectors.figures import Figures
from campaigns.selectors.progress import Progress
from campaigns.selectors.results import Outcome
from engagement.channels.delivery.reasons import sentence
from engagement.organization.current import current_organization
from engagement.ui.templatetags.ui import number

register = template.Library()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel."""

    which: str
    label: str
    people: int
    of: int
    beside: str = ""


@register.filter
def plain(value: Any) -> str:
    """A number as SVG and progress bars want it, in every language."""
    return f"{value:g}" if isinstance(value, float) else str(value)


@register.filter
def funnel(progress: Progress) -> list[Step]:
    """From sent to unsubscribed, each in percent of those to whom it was sent.

    Who read it is a step where a carrier says so: e-mail and SMS never do, and a nought would say that nobody did.
    """
    whole = max(progress.sent, 1)
    share = _("%(percent)s%% of sent")

    def of_sent(people: int) -> str:
        return share % {"percent": number(100 * people / whole, 1)} if progress.sent else ""

    return [
        Step("sent", pgettext("figure of a campaign", "sent"), progress.sent, whole),
        Step(
            "delivered",
            pgettext("figure of a campaign", "delivered"),
            progress.delivered,
            whole,
            of_sent(progress.delivered),
        ),
        *([Step("read", _("read"), progress.read, whole, of_sent(progress.read))] if progress.read else []),
        Step(
            "answered",
            pgettext("figure of a campaign", "replied"),
            progress.answered,
            whole,
            of_sent(progress.answered),
        ),
        Step("unsubscribed", _("unsubscribed"), progress.unsubscribed, whole, of_sent(progress.unsubscribed)),
        *_other_channel(progress, whole),
    ]


def _other_channel(progress: Progress, whole: int) -> list[Step]:
    if not progress.other_channel:
        return []
    return [Step("other-channel", _("got the email instead of the SMS"), progress.other_channel, whole)]


@register.filter
def verdict(campaign: Campaign, figures: Figures | None) -> str:
    """What came of a campaign that is completed; empty while it is anything else."""
    return figures.verdict(campaign.status) if isinstance(figures, Figures) else ""


@register.filter
def what_next(campaign: Campaign, progress: Progress) -> str:
    """How long it takes, and when the next ones leave."""
    said = []
    if campaign.status == Campaign.Status.LAUNCHING:
        return _("its people are being frozen")
    if campaign.status == Campaign.Status.SENDING:
        if progress.minutes_left:
            left = ngettext("about %(count)s minute left", "about %(count)s minutes left", progress.minutes_left)
            said.append(left % {"count": number(progress.minutes_left)})
            said.append(_("%(count)s a minute") % {"count": number(progress.per_minute)})
        if progress.next_at is not None:
            at = formats.date_format(timezone.localtime(progress.next_at), "SHORT_DATETIME_FORMAT")
            said.append(_("next wave %(at)s") % {"at": at})
        if progress.awaited and progress.awaited_until is not None:
            words = ngettext(
                "waiting for the receipt of %(people)s SMS, until %(at)s at most",
                "waiting for the receipts of %(people)s SMS, until %(at)s at most",
                progress.awaited,
            )
            at = formats.date_format(timezone.localtime(progress.awaited_until), "SHORT_DATETIME_FORMAT")
            said.append(words % {"people": number(progress.awaited), "at": at})
    if campaign.over_at is not None:
        at = formats.date_format(timezone.localtime(campaign.over_at), "SHORT_DATETIME_FORMAT")
        said.append(_("over since %(at)s") % {"at": at})
    return ", ".join(said)


@register.filter
def pause_sentence(campaign: Campaign) -> str:
    """Why it is paused, and what to do."""
    if campaign.pause_reason == IN_PERSON or not campaign.pause_reason:
        return _("Paused. Nothing leaves until somebody resumes it.")
    if campaign.pause_reason == "rules":
        return _("Paused: the rules of its segment cannot be asked any more. Stop it and launch a new one.")
    if campaign.pause_reason == APPROVAL_WITHDRAWN:
        return _(
            "Paused: the approval of its content was withdrawn."
            " Have that revision approved again, then resume; or stop it."
        )
    reason = sentence(campaign.pause_reason) or _("The delivery path held it.")
    return _("Paused by itself. %(reason)s Resume it when that is mended.") % {"reason": reason}


@register.filter
def signed(value: float) -> str:
    """Points with their sign."""
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return f"{sign}{number(abs(value), 1)}"


@register.filter
def how_sure(outcome: Outcome) -> SafeString:
    """The interval in words."""
    points = outcome.points
    between = _("95%% sure it lies between %(low)s and %(high)s points") % {
        "low": signed(points.low),
        "high": signed(points.high),
    }
    if outcome.better is None:
        return format_html('{} <span class="quiet">{}</span>', _("Could be chance."), between)
    verdict = _("Better.") if outcome.better else _("Worse.")
    return format_html('<b>{}</b> <span class="quiet">{}</span>', verdict, between)


@register.simple_tag
def complaints_limit_percent() -> float:
    """At how many per cent of complaints a campaign pauses by itself."""
    return 100 * current_organization().complaints_limit


@register.tag
def people_link(parser: Parser, token: Token) -> "PeopleLink":
    """Link to the people behind a figure, for whoever may see them: ``{% people_link campaign "read" %}…``."""
    bits = token.split_contents()[1:]
    campaign, which = parser.compile_filter(bits[0]), parser.compile_filter(bits[1])
    further = token_kwargs(bits[2:], parser)
    inner = parser.parse(("endpeople_link",))
    parser.delete_first_token()
    return PeopleLink(campaign, which, further, inner)


class PeopleLink(template.Node):
    """Links its content."""

    def __init__(
        self, campaign: FilterExpression, which: FilterExpression, further: dict[str, Any], inner: NodeList
    ) -> None:
        self.campaign, self.which, self.further, self.inner = campaign, which, further, inner

    def render(self, context: Context) -> SafeString:
        """Return the link, or the content alone."""
        content = mark_safe(self.inner.render(context))  # noqa: S308 - rendered by Django itself
        if not context["perms"]["campaigns"]["view_recipient"]:
            return content
        url = reverse("campaigns:people", args=[self.campaign.resolve(context).pk, self.which.resolve(context)])
        code = self.further["code"].resolve(context) if "code" in self.further else ""
        return format_html('<a href="{}{}">{}</a>', url, f"?code={code}" if code else "", content)
