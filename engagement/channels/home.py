"""What those who build and run the house find on their home page: how the channels are."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.channels.connection_problems import describe
from engagement.channels.models import Channel
from engagement.channels.selectors.channels import Health, overview
from engagement.sorting import sort_text
from engagement.ui.home import Item, Section
from engagement.village.models import User


def sections(user: User, now: datetime) -> Iterator[Section]:
    """Yield the channels, those that need somebody first. Four queries."""
    found = sorted(overview(now=now), key=lambda health: (not _ails(health), sort_text(health.channel.name)))
    ailing = sum(_ails(health) for health in found)
    note = ngettext("%(count)d needs a look", "%(count)d need a look", ailing) % {"count": ailing} if ailing else ""
    yield Section(
        title=_("Channels"),
        note=note or (_("all well") if found else ""),
        empty=_("There is no channel yet. An Architect adds the first one."),
        url=reverse("channels:channels"),
        order=10,
        items=[
            Item(
                what=health.channel.name,
                why=_why(health),
                url=reverse("channels:channel", args=[health.channel.pk]),
                channel=health.channel.kind,
                at=health.channel.last_inbound_at,
                failed=_ails(health),
            )
            for health in found
        ],
    )


def _ails(health: Health) -> bool:
    if health.test == "failed" and health.channel.status == Channel.Status.ACTIVE:
        return True
    return health.circuit != "closed" or health.failed > 0 or bool(health.channel.fetch_problem)


def _why(health: Health) -> str:
    channel = health.channel
    if health.circuit != "closed":
        return _(channel.last_error) or _("The carrier does not answer.")
    if channel.fetch_problem:
        return describe(channel.fetch_problem)
    if channel.status == Channel.Status.PAUSED:
        return _("Paused. Messages wait.")
    parts = [channel.address]
    if health.test == "failed":
        parts.append(_("the last test failed"))
    elif health.is_untested:
        parts.append(_("not tested yet"))
    if health.waiting:
        parts.append(
            ngettext("%(count)d waits to leave", "%(count)d wait to leave", health.waiting) % {"count": health.waiting}
        )
    if health.failed:
        parts.append(ngettext("%(count)d failed", "%(count)d failed", health.failed) % {"count": health.failed})
    return " · ".join(parts)
