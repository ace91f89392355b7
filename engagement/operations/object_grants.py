"""Who may change which component: the right to all of them, or a grant on the one."""

from datetime import datetime
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from guardian.models import UserObjectPermission

from engagement.channels.models import Channel
from engagement.operations.models import Component
from engagement.sorting import by_name
from engagement.village.actions.grant import grant, revoke
from engagement.village.audit import NOWHERE, Origin
from engagement.village.models import User

CHANGE = "operations.change_component"
# What a builder gets of the channel that the component stands for. Its credentials are shown to nobody.
CHANNEL_PERMISSIONS = ("engagement_channels.change_channel", "engagement_channels.operate_channel")


def may_change_component(*, user: User, component: Component) -> bool:
    """Say whether the person may change this component."""
    return user.has_perm(CHANGE) or user.has_perm(CHANGE, component)


def granted_components(user: User) -> QuerySet[Component]:
    """Return the components that are granted to a person, and those that they own."""
    granted = UserObjectPermission.objects.filter(
        user=user, permission__codename="change_component", content_type=ContentType.objects.get_for_model(Component)
    ).values_list("object_pk", flat=True)
    ids = [UUID(id) for id in granted]
    return Component.objects.current().filter(pk__in=ids).order_by(*by_name(key="id"))


def builders_of(component: Component) -> QuerySet[User]:
    """Return to whom a component is granted."""
    holders = UserObjectPermission.objects.filter(
        permission__codename="change_component",
        content_type=ContentType.objects.get_for_model(Component),
        object_pk=str(component.pk),
    ).values("user")
    return User.objects.filter(pk__in=holders).order_by(*by_name())


@transaction.atomic
def grant_component(
    *, component: Component, person: User, actor: User, now: datetime, origin: Origin = NOWHERE
) -> None:
    """Let a builder change a component and the channel that it stands for. Safe to repeat."""
    grant(person_or_role=person, permission=CHANGE, thing=component, actor=actor, now=now, origin=origin)
    channel = channel_of(component)
    if channel is not None:
        for permission in CHANNEL_PERMISSIONS:
            grant(person_or_role=person, permission=permission, thing=channel, actor=actor, now=now, origin=origin)


@transaction.atomic
def revoke_component(
    *, component: Component, person: User, actor: User, now: datetime, origin: Origin = NOWHERE
) -> None:
    """Take the grant on a component, and on its channel, back. Safe to repeat."""
    revoke(person_or_role=person, permission=CHANGE, thing=component, actor=actor, now=now, origin=origin)
    channel = channel_of(component)
    if channel is not None:
        for permission in CHANNEL_PERMISSIONS:
            revoke(person_or_role=person, permission=permission, thing=channel, actor=actor, now=now, origin=origin)


def channel_of(component: Component) -> Channel | None:
    """Return the channel that a component stands for."""
    kind, _separator, id = component.source.partition(":")
    return Channel.objects.filter(pk=id).first() if kind == "channel" else None
