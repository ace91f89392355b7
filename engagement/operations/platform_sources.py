"""The live things of the core for the blueprint: channels, profile, consent and delivery policy."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagement.channels.connection_problems import describe
from engagement.channels.selectors.channels import Health, overview
from engagement.operations.blueprint_sources import (
    LiveFlow,
    LiveSource,
    State,
    register_flows,
    register_sources,
)
from engagement.operations.models.blueprint import Component, Layer

RECENT = timedelta(days=30)
# Kinds of channels that are an app of their own.
_APPS = {"community"}


def register() -> None:
    """Called once, when the app is ready."""
    register_sources(find_channels)
    register_sources(find_core)
    register_flows(find_channel_flows)


def channel_key(id: object) -> str:
    """Return the key of a channel's source."""
    return f"channel:{id}"


def find_channels(now: datetime) -> Iterator[LiveSource]:
    """Every channel with its health."""
    for health in overview(now=now):
        if health.channel.kind in _APPS:
            continue
        state, problem = _state_of(health)
        last = [at for at in (health.channel.last_inbound_at, health.channel.last_outbound_at) if at]
        yield LiveSource(
            key=channel_key(health.channel.pk),
            name=health.channel.name,
            layer=Layer.CHANNELS,
            kind=Component.Kind.CHANNEL,
            detail=health.channel.address,
            state=state,
            problem=problem,
            last_at=max(last, default=None),
            url=reverse("channels:channel", args=[health.channel.pk]),
            channel_kind=health.channel.kind,
        )


def _state_of(health: Health) -> tuple[State, object]:
    channel = health.channel
    if channel.status == channel.Status.PAUSED:
        return "idle", _("It is paused.")
    if channel.fetch_problem:
        return "failing", describe(channel.fetch_problem) or _("Its mailbox cannot be fetched.")
    if health.circuit != "closed":
        return "failing", channel.last_error[:200] or _("The provider does not answer.")
    if health.test == "failed":
        return "failing", _("Its last test failed.")
    if health.is_untested and channel.last_inbound_at is None and channel.last_outbound_at is None:
        return "idle", _("It was never tested.")
    return "healthy", ""


def find_core(now: datetime) -> Iterator[LiveSource]:
    """What is there in every installation."""
    yield LiveSource(
        key="app:profiles",
        name=_("Unified profile"),
        layer=Layer.PROFILE,
        kind=Component.Kind.DATA_STORE,
        detail=_("contacts and timeline"),
        url=reverse("profiles:people"),
    )
    yield LiveSource(
        key="app:consent",
        name=_("Consent ledger"),
        layer=Layer.PROFILE,
        kind=Component.Kind.DATA_STORE,
        detail=_("by purpose and channel"),
    )
    yield LiveSource(
        key="app:delivery_policy",
        name=_("Delivery policy"),
        layer=Layer.PROFILE,
        detail=_("caps, hours, deals"),
    )


def find_channel_flows(now: datetime) -> Iterator[LiveFlow]:
    """Channels that have brought a message within thirty days."""
    for health in overview(now=now):
        channel = health.channel
        if channel.kind not in _APPS and channel.last_inbound_at and channel.last_inbound_at > now - RECENT:
            yield LiveFlow(
                origin=channel_key(channel.pk),
                target="app:inbox",
                flow=_("messages"),
                last_at=channel.last_inbound_at,
            )
