"""Before a launch: what is in order, what to look at, what is missing, and whose it is. In plain words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign, UniversalHoldout
from campaigns.models.campaign import PURPOSE
from campaigns.schedule import entry_zone
from campaigns.selectors.audience import Audience, Timing, audience_of, timing_of
from campaigns.selectors.checking import Check
from campaigns.selectors.launch_snapshot import Snapshot, take_snapshot
from campaigns.selectors.place_checks import place_checks
from campaigns.selectors.preflight_domain import domain_checks
from campaigns.selectors.preflight_people import people_checks
from campaigns.selectors.preflight_requirements import requirement_checks
from content.models import Revision, Template
from content.selectors.approved import revisions_of
from content.sender import is_sender_changed, sender_line
from engagement.channels.models import Channel
from engagement.channels.policy import quiet_hours
from engagement.channels.selectors.channels import Health, health
from engagement.organization.current import current_organization
from engagement.profiles.selectors.import_samples import country_name
from engagement.ui.templatetags.ui import number

__all__ = ["Check", "missing", "preflight"]


@dataclass(frozen=True, slots=True)
class Examined:
    """Every check; a snapshot of what was shown with them; and the approved revisions that a launch would bind."""

    checks: list[Check]
    snapshot: Snapshot
    approved: Mapping[UUID, Revision]


def examine(*, campaign: Campaign, now: datetime) -> Examined:
    """Look at everything that a launch looks at: what is missing first, then what to look at, then what is in order."""
    approved = revisions_of([key for key in (campaign.email_template_id, campaign.sms_template_id) if key], now)
    audience, universal = audience_of(campaign=campaign, now=now), UniversalHoldout.current()
    order = {"stop": 0, "ask": 1, "ok": 2}
    checks = sorted(_checks(campaign, audience, universal, approved, now), key=lambda check: order[check.state])
    return Examined(
        checks,
        take_snapshot(campaign=campaign, people=audience.people, universal=universal, approved=approved),
        approved,
    )


def preflight(*, campaign: Campaign, now: datetime) -> list[Check]:
    """Return every check: what is missing first, then what to look at, then what is in order."""
    return examine(campaign=campaign, now=now).checks


def missing(checks: Iterable[Check]) -> list[Check]:
    """Return those that keep a campaign from being launched."""
    return [check for check in checks if check.state == "stop"]


def _checks(
    campaign: Campaign,
    audience: Audience,
    universal: UniversalHoldout,
    approved: Mapping[UUID, Revision],
    now: datetime,
) -> Iterator[Check]:
    yield from _brief(campaign, now)
    yield from _people(campaign, audience)
    yield from _times(campaign, audience, now)
    healths: list[Health] = []
    for kind in campaign.kinds:
        template = campaign.template_of(kind)
        yield from _words(campaign, kind, template, approved.get(template.pk) if template else None, now)
        channel = campaign.channel_of(kind)
        if channel is not None:
            healths.append(health(channel=channel, now=now))
        yield from _sender(campaign, kind, healths[-1] if channel is not None else None)
    yield from _failover(campaign, healths)
    yield from _rules(campaign, universal)
    yield from place_checks(campaign, audience, now)
    yield from requirement_checks(campaign, now)


def _edit(campaign: Campaign) -> str:
    return reverse("admin:campaigns_campaign_change", args=[campaign.pk])


def _brief(campaign: Campaign, now: datetime) -> Iterator[Check]:
    edit, fill = _edit(campaign), _("Fill it in")
    owner = campaign.owner.name if campaign.owner else ""
    lacks = [
        (
            "objective",
            campaign.objective.strip(),
            _("The objective is missing"),
            _("Say what is different when it worked."),
        ),
        ("owner", campaign.owner_id, _("It has no owner"), _("Say whose campaign it is: they answer for it.")),
        (
            "budget",
            campaign.budget is not None,
            _("The budget is missing"),
            _("Say what it may cost, even if that is 0."),
        ),
        ("end", campaign.ends_at, _("The end is missing"), _("Say after which moment nothing more leaves.")),
    ]
    gaps = [
        Check("stop", title, text, edit, fill, owner, code=f"{name}_missing")
        for name, there, title, text in lacks
        if not there
    ]
    yield from gaps
    if campaign.owner is not None and not campaign.owner.is_active:
        text = _("%(name)s does not work here any more. Choose somebody else.") % {"name": campaign.owner.name}
        yield Check("stop", _("Its owner has left"), text, edit, _("Change the owner"), code="owner_has_left")
    if campaign.ends_at is not None and campaign.ends_at <= now:
        yield Check(
            "stop",
            _("It is over before it begins"),
            _("The end lies in the past."),
            edit,
            _("Change the end"),
            code="end_is_past",
        )
    if not gaps:
        yield Check("ok", _("Objective, owner, budget and end"), code="brief_complete")


def _people(campaign: Campaign, audience: Audience) -> Iterator[Check]:
    if campaign.segment is None:
        yield Check(
            "stop",
            _("Nobody is chosen"),
            _("Choose a segment."),
            _edit(campaign),
            _("Choose a segment"),
            code="segment_missing",
        )
        return
    url = reverse("admin:campaigns_segment_change", args=[campaign.segment_id])
    if audience.people is None:
        yield Check(
            "stop",
            _("The rules of the segment cannot be asked"),
            audience.error,
            url,
            _("Mend the segment"),
            code="segment_rules_invalid",
        )
        return
    named = {"segment": campaign.segment.name, "people": number(audience.people)}
    if not audience.people:
        text = _("Nobody fits the rules of “%(segment)s”.") % named
        yield Check("stop", _("The segment is empty"), text, url, _("Change the segment"), code="segment_empty")
        return
    words = ngettext("%(people)s person in “%(segment)s”", "%(people)s people in “%(segment)s”", audience.people)
    yield Check("ok", words % named, code="segment_size")
    if audience.without_valid_number:
        title = ngettext(
            "%(people)s person has no valid phone number",
            "%(people)s people have no valid phone number",
            audience.without_valid_number,
        )
        text = _("They get no SMS. Correct the numbers in their profiles, or import them again with the country.")
        yield Check("ask", title % {"people": number(audience.without_valid_number)}, text, code="no_valid_number")


def _times(campaign: Campaign, audience: Audience, now: datetime) -> Iterator[Check]:
    """What the start and the end mean where each person is."""
    edit, change = _edit(campaign), _("Change the times")
    if campaign.in_local_time and campaign.begins_at is None:
        text = _("Enter the start that each person gets it at, or send to everybody at the same moment.")
        yield Check(
            "stop", _("Sending in the recipient's time zone needs a start"), text, edit, change, code="start_missing"
        )
        return
    timing = timing_of(campaign=campaign, audience=audience, now=now)
    if timing.after_the_end:
        title = ngettext(
            "The end comes before the turn of %(people)s person",
            "The end comes before the turn of %(people)s people",
            timing.after_the_end,
        )
        text = _("They would not get it. Choose a later end or an earlier start.")
        yield Check("ask", title % {"people": number(timing.after_the_end)}, text, edit, change, code="end_before_turn")
    if timing.in_quiet_hours:
        title = ngettext(
            "At the start it is night for %(people)s person",
            "At the start it is night for %(people)s people",
            timing.in_quiet_hours,
        )
        text = _("Quiet hours: their messages wait until 8:00 where they are.")
        yield Check(
            "ask", title % {"people": number(timing.in_quiet_hours)}, text, edit, change, code="quiet_hours_at_start"
        )
    if timing.on_the_next_day:
        title = ngettext(
            "For %(people)s person that hour is already over",
            "For %(people)s people that hour is already over",
            timing.on_the_next_day,
        )
        text = _("They get it at the same hour on the next day.")
        yield Check(
            "ask", title % {"people": number(timing.on_the_next_day)}, text, edit, change, code="local_hour_is_over"
        )
    yield from _unplaced(campaign, timing, now)
    yield from _zone(campaign)


def _unplaced(campaign: Campaign, timing: Timing, now: datetime) -> Iterator[Check]:
    """Of whom nobody knows which of their country's time zones they are in."""
    begins = max(campaign.begins_at or now, now)
    day = timezone.localtime(begins).replace(hour=0, minute=0, second=0, microsecond=0)
    for one in timing.unplaced:
        title = ngettext(
            "%(country)s: %(people)s person has no time zone",
            "%(country)s: %(people)s people have no time zone",
            one.people,
        )
        hours = quiet_hours.open_hours(one.zones, day)
        if hours is None:
            text = _("No hour is outside quiet hours in all time zones of the country: the organization's time holds.")
        else:
            opens, closes = (formats.time_format(timezone.localtime(at), "TIME_FORMAT") for at in hours)
            text = _(
                "They get it between %(opens)s and %(closes)s (%(zone)s), when it is 8:00 to 21:00 in all the time"
                " zones where they may be. Set the time zone in their profiles to reach them at their own hour."
            ) % {"opens": opens, "closes": closes, "zone": current_organization().time_zone}
        title %= {"people": number(one.people), "country": country_name(one.country)}
        yield Check("ask", title, text, code="time_zone_unknown")


def _zone(campaign: Campaign) -> Iterator[Check]:
    """The organization's zone was changed after the start was entered."""
    zone = entry_zone(campaign)
    if campaign.begins_at is None or zone.key == current_organization().time_zone:
        return
    entered = formats.date_format(campaign.begins_at.astimezone(zone).replace(tzinfo=None), "SHORT_DATETIME_FORMAT")
    present = formats.date_format(timezone.localtime(campaign.begins_at), "SHORT_DATETIME_FORMAT")
    text = _("The start was entered as %(entered)s in %(zone)s, which is %(present)s now.") % {
        "entered": entered,
        "zone": zone.key,
        "present": present,
    }
    if campaign.in_local_time:
        text += " " + _("Each person gets it at the hour that was entered.")
    yield Check(
        "ask",
        _("The organization's time zone has changed"),
        text,
        _edit(campaign),
        _("Change the times"),
        code="time_zone_changed",
    )


def _words(
    campaign: Campaign, kind: str, template: Template | None, approved: Revision | None, now: datetime
) -> Iterator[Check]:
    label = _("SMS") if kind == "sms" else _("e-mail")
    if template is None:
        title = _("No words for the %(kind)s") % {"kind": label}
        yield Check(
            "stop",
            title,
            _("Choose an approved template."),
            _edit(campaign),
            _("Choose a template"),
            code="template_missing",
        )
        return
    studio = reverse("content:template", args=[template.pk])
    named = {"template": template.name}
    if template.archived_at is not None:
        title = _("“%(template)s” is archived") % named
        text = _("Restore it in its settings, or choose another template.")
        settings = reverse("content:settings", args=[template.pk])
        owner = template.owner.name
        yield Check("stop", title, text, settings, _("Open its settings"), owner, code="template_archived")
        return
    if approved is None:
        title = _("“%(template)s” is not approved") % named
        text = _("Its author submits it in the studio; who decides cannot be its author.")
        yield Check(
            "stop", title, text, studio, _("Open it in the studio"), template.owner.name, code="template_not_approved"
        )
        return
    if template.kind != kind or approved.purpose != PURPOSE:
        title = _("“%(template)s” is not made for this") % named
        text = _("A campaign needs words that were approved as marketing, for this kind of channel.")
        yield Check("stop", title, text, _edit(campaign), _("Choose a template"), code="template_of_other_kind")
        return
    yield from _revision(campaign, kind, template, approved)
    yield from people_checks(campaign, kind, template, approved, now=now)


def _revision(campaign: Campaign, kind: str, template: Template, approved: Revision) -> Iterator[Check]:
    newest = Revision.objects.filter(template=template).order_by("-number").first()
    named = {"template": template.name, "number": approved.number, "hash": approved.content_hash[:12]}
    if newest is not None and newest.number > approved.number:
        title = _("“%(template)s” was edited after its approval") % named
        text = _(
            "Revision %(number)d leaves, as it was approved (%(hash)s…). Revision %(newest)d is newer and is not sent."
        )
        yield Check("ask", title, text % {**named, "newest": newest.number}, code="template_edited_since")
    else:
        title = _("“%(template)s”, revision %(number)d, approved") % named
        yield Check("ok", title, _("Exactly these words leave: %(hash)s…") % named, code="template_approved")
    channel = campaign.channel_of(kind)
    if approved.channel_id and channel is not None and approved.channel_id != channel.pk:
        title = _("“%(template)s” was approved with another sender") % named
        text = _("The approval covers who speaks: %(sender)s.") % {"sender": approved.sender}
        yield Check("stop", title, text, _edit(campaign), _("Choose that sender"), code="approved_with_other_sender")
    elif channel is not None and is_sender_changed(approved, channel):
        title = _("The sender of “%(template)s” was changed after its approval") % named
        text = _("Approved: %(approved)s. Now: %(now)s. Submit the template again, or change the sender back.") % {
            "approved": approved.sender,
            "now": sender_line(channel, is_marketing=True),
        }
        studio = reverse("content:template", args=[template.pk])
        yield Check(
            "stop", title, text, studio, _("Open the template"), template.owner.name, code="sender_changed_since"
        )
    if kind == "email" and not approved.postal_address.strip():
        text = _("Marketing e-mail must say where its sender is. An administrator sets ORGANISATION_POSTAL_ADDRESS.")
        yield Check("stop", _("The sender's postal address is missing"), text, code="postal_address_missing")


def _sender(campaign: Campaign, kind: str, found: Health | None) -> Iterator[Check]:
    label = _("SMS") if kind == "sms" else _("e-mail")
    if found is None:
        title = _("No sender for the %(kind)s") % {"kind": label}
        yield Check("stop", title, _("Choose a channel."), _edit(campaign), _("Choose a sender"), code="sender_missing")
        return
    channel = found.channel
    url, look = reverse("channels:channel", args=[channel.pk]), _("Look at the channel")
    named = {"channel": channel.name, "error": channel.last_error}
    if channel.status != Channel.Status.ACTIVE:
        title = _("%(channel)s is paused") % named
        yield Check(
            "stop", title, _("Nothing leaves through it until somebody resumes it."), url, look, code="sender_paused"
        )
    elif found.circuit != "closed":
        title = _("%(channel)s does not work") % named
        yield Check("stop", title, _("It did not answer: %(error)s") % named, url, look, code="sender_failing")
    elif channel.last_outbound_at is None:
        title = _("%(channel)s has never sent anything") % named
        yield Check(
            "ask",
            title,
            _("Test the connection, or answer somebody through it first."),
            url,
            look,
            code="sender_never_used",
        )
    else:
        yield Check("ok", _("%(channel)s works") % named, code="sender_works")
    if channel.kind == "email":
        yield from domain_checks(channel)


def _failover(campaign: Campaign, healths: Sequence[Health]) -> Iterator[Check]:
    if campaign.plan != Campaign.Plan.SMS_ELSE_EMAIL:
        return
    text = _("Whoever the SMS does not reach gets the e-mail, once.")
    if len(healths) < 2:
        yield Check(
            "stop",
            _("The way round is not there"),
            text,
            _edit(campaign),
            _("Choose a sender"),
            code="fallback_missing",
        )
    elif healths[1].channel.last_outbound_at is None:
        yield Check("ask", _("The way round by e-mail was never tried"), text, code="fallback_never_used")
    else:
        yield Check("ok", _("E-mail where the SMS does not arrive"), text, code="fallback_works")


def _rules(campaign: Campaign, universal: UniversalHoldout) -> Iterator[Check]:
    edit = _edit(campaign)
    if universal.percent:
        words = _("Universal holdout: %(percent)d%% of all contacts get no campaign (%(period)s)")
        yield Check("ok", words % {"percent": universal.percent, "period": universal.period}, code="universal_holdout")
    if campaign.holdout_percent:
        words = _("%(percent)d%% are left alone, to compare with") % {"percent": campaign.holdout_percent}
        yield Check("ok", words, code="holdout")
    elif campaign.holdout_exception.strip():
        yield Check("ask", _("Nobody is left alone"), campaign.holdout_exception, code="no_holdout")
    else:
        text = _("Leave a part alone, or write down why not. Without it nobody can tell whether it changed anything.")
        yield Check(
            "stop",
            _("Nobody is left alone, and no reason is given"),
            text,
            edit,
            _("Decide"),
            code="holdout_reason_missing",
        )
    if campaign.cap_count:
        words = _("At most %(count)d messages in %(days)d days to one person, over all channels")
        yield Check("ok", words % {"count": campaign.cap_count, "days": campaign.cap_days}, code="frequency_cap")
    else:
        yield Check(
            "ask",
            _("It has no cap of its own"),
            _("Only the cap of the organisation holds."),
            edit,
            _("Set one"),
            code="no_frequency_cap",
        )
    yield Check("ok", _("Quiet hours: nobody is written to outside 8:00–21:00 where they live"), code="quiet_hours")
    if "email" in campaign.kinds:
        if settings.BASE_URL.startswith("https://"):
            yield Check("ok", _("Unsubscribing works by link and by one click"), code="one_click_unsubscribe")
        else:
            text = _("Mail programs offer it only over HTTPS. An administrator sets BASE_URL.")
            yield Check("ask", _("Unsubscribing by one click needs HTTPS"), text, code="one_click_needs_https")
    yield Check(
        "ok", _("Whoever has an open complaint, or a deal about to close, is left out"), code="complaints_left_out"
    )
    yield Check("ok", _("Pauses by itself when too many complain"), code="pauses_on_complaints")
