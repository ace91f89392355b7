"""Draw the blueprint: components, links, versions. Each act is one transaction with its audit entry."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from engagement.events.catalogue import ContractChanged
from engagement.events.outbox import publish
from engagement.operations.blueprint_sources import LiveSource, live_flows, live_sources
from engagement.operations.models import BlueprintVersion, Component, Link
from engagement.operations.reference_architecture import COMPONENTS, LINKS
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

TOPIC = "operations:blueprint"
COMPONENT_FIELDS = (
    "name",
    "kind",
    "layer",
    "status",
    "department",
    "owner",
    "description",
    "contract",
    "planned_for",
)
LINK_FIELDS = ("origin", "target", "direction", "flow", "protocol", "status", "owner", "contract")
MAX_COMPONENTS = 2000
# Whoever depends on a component wants to know when one of these changes.
_CONTRACT = {"contract", "status", "protocol", "flow", "direction"}


class BlueprintRefused(ValueError):
    """What was asked cannot be; the message is a sentence for whoever asked."""


@transaction.atomic
def create_component(
    *, values: Mapping[str, Any], actor: User, now: datetime, source: str = "", origin: Origin = NOWHERE
) -> Component:
    """Draw a component. Raises BlueprintRefused."""
    if Component.objects.current().count() >= MAX_COMPONENTS:
        raise BlueprintRefused(_("The blueprint holds 2,000 components at most. Delete what is not used."))
    try:
        with transaction.atomic():
            made = Component.objects.create(**values, source=source, created_at=now, updated_at=now)
    except IntegrityError as error:
        raise BlueprintRefused(_("It is drawn already. Reload the page to see it.")) from error
    record(actor=actor, action="blueprint.component_added", subject=made, now=now, detail={}, origin=origin)
    poke(TOPIC)
    return made


@transaction.atomic
def change_component(
    *, component: Component, values: Mapping[str, Any], actor: User, now: datetime, origin: Origin = NOWHERE
) -> Component:
    """Change a component; the owners of its neighbors are told when its contract or status changes.

    Raises BlueprintRefused.
    """
    locked = _lock_component(component.pk)
    changed = _set(locked, values)
    if not changed:
        return locked
    locked.updated_at = now
    try:
        with transaction.atomic():
            locked.save(update_fields=[*changed, "updated_at"])
    except IntegrityError as error:
        raise BlueprintRefused(_("There is a component of this name. Choose another name.")) from error
    record(actor=actor, action="blueprint.component_changed", subject=locked, now=now, detail=changed, origin=origin)
    if _CONTRACT & set(changed):
        _publish_contract_change(locked, actor=actor, now=now)
    poke(TOPIC)
    return locked


@transaction.atomic
def delete_component(
    *, component: Component, seen: Sequence[UUID], actor: User, now: datetime, origin: Origin = NOWHERE
) -> Component:
    """Delete a component with its links. ``seen``: the links that the person was shown.

    Deleting twice is one deletion. Raises BlueprintRefused when it has other links by now.
    """
    locked = Component.objects.select_for_update().get(pk=component.pk)
    if locked.deleted_at is not None:
        return locked
    links = Link.objects.current().filter(Q(origin=locked) | Q(target=locked)).select_for_update()
    if set(links.values_list("pk", flat=True)) != set(seen):
        raise BlueprintRefused(_("Its links were changed meanwhile. Look at them again, then delete."))
    count = links.update(deleted_at=now, updated_at=now)
    locked.deleted_at = locked.updated_at = now
    locked.save(update_fields=["deleted_at", "updated_at"])
    record(
        actor=actor,
        action="blueprint.component_deleted",
        subject=locked,
        now=now,
        detail={"links": count},
        origin=origin,
    )
    poke(TOPIC)
    return locked


@transaction.atomic
def restore_component(*, component: Component, actor: User, now: datetime, origin: Origin = NOWHERE) -> Component:
    """Bring a deleted component back, and the links that were deleted with it and whose other end is there.

    Raises BlueprintRefused when its name is taken by now.
    """
    locked = Component.objects.select_for_update().get(pk=component.pk)
    if locked.deleted_at is None:
        return locked
    deleted_at, locked.deleted_at, locked.updated_at = locked.deleted_at, None, now
    try:
        with transaction.atomic():
            locked.save(update_fields=["deleted_at", "updated_at"])
    except IntegrityError as error:
        raise BlueprintRefused(_("There is a component of this name. Rename that one first.")) from error
    links = Link.objects.filter(Q(origin=locked) | Q(target=locked), deleted_at=deleted_at)
    for link in links.filter(origin__deleted_at=None, target__deleted_at=None):
        try:
            with transaction.atomic():
                Link.objects.filter(pk=link.pk).update(deleted_at=None, updated_at=now)
        except IntegrityError:
            continue  # somebody has drawn the same link again
    record(actor=actor, action="blueprint.component_restored", subject=locked, now=now, detail={}, origin=origin)
    poke(TOPIC)
    return locked


@transaction.atomic
def create_link(*, values: Mapping[str, Any], actor: User, now: datetime, origin: Origin = NOWHERE) -> Link:
    """Draw a link between two components that are there. Raises BlueprintRefused."""
    _lock_ends(values["origin"].pk, values["target"].pk)
    try:
        with transaction.atomic():
            made = Link.objects.create(**values, created_at=now, updated_at=now)
    except IntegrityError as error:
        raise BlueprintRefused(_("This link is drawn already.")) from error
    record(actor=actor, action="blueprint.link_added", subject=made, now=now, detail=_ends(made), origin=origin)
    poke(TOPIC)
    return made


@transaction.atomic
def change_link(*, link: Link, values: Mapping[str, Any], actor: User, now: datetime, origin: Origin = NOWHERE) -> Link:
    """Change a link; the owners at both of its ends are told of another contract. Raises BlueprintRefused."""
    locked = Link.objects.select_for_update().get(pk=link.pk)
    if locked.deleted_at is not None:
        raise BlueprintRefused(_("This link was deleted meanwhile."))
    changed = _set(locked, values)
    if not changed:
        return locked
    _lock_ends(locked.origin_id, locked.target_id)
    locked.updated_at = now
    try:
        with transaction.atomic():
            locked.save(update_fields=[*changed, "updated_at"])
    except IntegrityError as error:
        raise BlueprintRefused(_("This link is drawn already.")) from error
    detail = {**_ends(locked), **changed}
    record(actor=actor, action="blueprint.link_changed", subject=locked, now=now, detail=detail, origin=origin)
    if _CONTRACT & set(changed):
        _publish_contract_change(locked.origin, actor=actor, now=now, link=locked)
    poke(TOPIC)
    return locked


@transaction.atomic
def delete_link(*, link: Link, actor: User, now: datetime, origin: Origin = NOWHERE) -> Link:
    """Delete a link. Deleting twice is one deletion."""
    locked = Link.objects.select_for_update().get(pk=link.pk)
    if locked.deleted_at is None:
        locked.deleted_at = locked.updated_at = now
        locked.save(update_fields=["deleted_at", "updated_at"])
        record(
            actor=actor, action="blueprint.link_deleted", subject=locked, now=now, detail=_ends(locked), origin=origin
        )
        poke(TOPIC)
    return locked


@transaction.atomic
def restore_link(*, link: Link, actor: User, now: datetime, origin: Origin = NOWHERE) -> Link:
    """Bring a deleted link back. Raises BlueprintRefused when one of its ends is gone or it was drawn again."""
    locked = Link.objects.select_for_update().get(pk=link.pk)
    if locked.deleted_at is None:
        return locked
    _lock_ends(locked.origin_id, locked.target_id)
    locked.deleted_at, locked.updated_at = None, now
    try:
        with transaction.atomic():
            locked.save(update_fields=["deleted_at", "updated_at"])
    except IntegrityError as error:
        raise BlueprintRefused(_("This link is drawn already.")) from error
    record(actor=actor, action="blueprint.link_restored", subject=locked, now=now, detail=_ends(locked), origin=origin)
    poke(TOPIC)
    return locked


def document_source(*, key: str, actor: User, now: datetime, origin: Origin = NOWHERE) -> Component:
    """Draw what works in this installation and is not drawn yet. Raises BlueprintRefused."""
    source = live_sources(now).get(key)
    if source is None:
        raise BlueprintRefused(_("It does not exist in this installation any more."))
    drawn = Component.objects.current().filter(source=key).first()
    return drawn or create_component(values=_values_of(source), actor=actor, now=now, source=source.key, origin=origin)


def document_flow(*, origin_key: str, target_key: str, actor: User, now: datetime, origin: Origin = NOWHERE) -> Link:
    """Draw a link that works and is not drawn yet, with what of its ends is not drawn. Raises BlueprintRefused."""
    flow = next((one for one in live_flows(now) if (one.origin, one.target) == (origin_key, target_key)), None)
    if flow is None:
        raise BlueprintRefused(_("Nothing flows there any more."))
    with transaction.atomic():
        ends = [document_source(key=key, actor=actor, now=now, origin=origin) for key in (origin_key, target_key)]
        values = {"origin": ends[0], "target": ends[1], "flow": str(flow.flow), "status": Component.Status.IN_USE}
        return create_link(values=values, actor=actor, now=now, origin=origin)


@transaction.atomic
def start_from_reference(*, actor: User, now: datetime, origin: Origin = NOWHERE) -> int:
    """Draw the reference architecture on an empty blueprint; return how many components were drawn.

    What runs in this installation is in use, everything else is planned. Raises BlueprintRefused.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('operations.blueprint', 0))")
    if Component.objects.current().exists():
        raise BlueprintRefused(_("The blueprint is not empty. Delete its components first."))
    sources = live_sources(now)
    made: dict[str, Component] = {}
    for one in COMPONENTS:
        source = sources.pop(one.source, None) if one.source else None
        status = Component.Status.IN_USE if source is not None else Component.Status.PLANNED
        values = {"name": str(one.name), "kind": one.kind, "layer": one.layer, "status": status}
        values["description"] = str(one.description)
        made[one.slug] = create_component(
            values=values, actor=actor, now=now, source=source.key if source else "", origin=origin
        )
    channels = [source for source in sources.values() if source.key.startswith("channel:")]
    for source in channels:
        channel = create_component(values=_values_of(source), actor=actor, now=now, source=source.key, origin=origin)
        _join(channel, made["inbox"], _("messages"), Component.Status.IN_USE, actor, now, origin)
    for first, second, flow in LINKS:
        ends = (made[first], made[second])
        is_in_use = all(end.status == Component.Status.IN_USE for end in ends)
        status = Component.Status.IN_USE if is_in_use else Component.Status.PLANNED
        _join(*ends, str(flow), status, actor, now, origin)
    return len(made) + len(channels)


def _join(
    first: Component, second: Component, flow: str, status: str, actor: User, now: datetime, origin: Origin
) -> Link:
    values = {"origin": first, "target": second, "flow": flow, "status": status}
    return create_link(values=values, actor=actor, now=now, origin=origin)


def _values_of(source: LiveSource) -> dict[str, Any]:
    """Values of a component for a live thing; its name is made unique."""
    name, number = str(source.name)[:100], 2
    while Component.objects.current().filter(name__iexact=name).exists():
        name, number = f"{str(source.name)[:94]} {number}", number + 1
    return {"name": name, "kind": source.kind, "layer": source.layer, "status": Component.Status.IN_USE}


@transaction.atomic
def save_version(*, name: str, actor: User, now: datetime, origin: Origin = NOWHERE) -> BlueprintVersion:
    """Keep the blueprint as it is now under the next number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('operations.blueprint', 0))")
    number = (BlueprintVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    version = BlueprintVersion.objects.create(
        number=number, name=name, content=take_snapshot(), author=actor, created_at=now
    )
    detail = {"number": number}
    record(actor=actor, action="blueprint.version_saved", subject=version, now=now, detail=detail, origin=origin)
    return version


def take_snapshot() -> dict[str, Any]:
    """Return what is drawn now, as JSON values: components and links by id."""
    components = Component.objects.current().select_related("owner", "department").order_by("id")
    links = Link.objects.current().select_related("origin", "target", "owner").order_by("id")
    return {
        "components": {str(one.pk): _written(one, COMPONENT_FIELDS) for one in components},
        "links": {
            str(one.pk): {**_written(one, LINK_FIELDS), "origin": one.origin.name, "target": one.target.name}
            for one in links
        },
    }


def _written(row: Component | Link, names: Sequence[str]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {name: _as_json(value) for name, value in values.items()}


def _as_json(value: Any) -> str | None:
    return None if value is None else str(value)


def _set(row: Component | Link, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set what differs; return {field: [before, after]}."""
    changed = {}
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            setattr(row, name, value)
            changed[name] = [_as_json(before), _as_json(value)]
    return changed


def _lock_component(id: UUID) -> Component:
    locked = Component.objects.select_for_update(of=("self",)).select_related("owner").get(pk=id)
    if locked.deleted_at is not None:
        raise BlueprintRefused(_("This component was deleted meanwhile."))
    return locked


def _lock_ends(*ids: UUID) -> None:
    """Hold both ends of a link, in the order of their ids, so that neither is deleted meanwhile."""
    ends = list(Component.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))
    for end in ends:
        if end.deleted_at is not None:
            raise BlueprintRefused(_("“%(component)s” was deleted meanwhile.") % {"component": end.name})


def _ends(link: Link) -> dict[str, Any]:
    return {"from": link.origin.name, "to": link.target.name}


def _publish_contract_change(component: Component, *, actor: User, now: datetime, link: Link | None = None) -> None:
    """Publish it for the owners of the neighbors, and of the link itself."""
    links = Link.objects.current().filter(Q(origin=component) | Q(target=component))
    if link is not None:
        links = links.filter(pk=link.pk)
    told: set[UUID | None] = set()
    for one in links.select_related("origin", "target"):
        told |= {one.owner_id, one.origin.owner_id, one.target.owner_id}
    told -= {None, actor.pk}
    if told:
        publish(
            ContractChanged(
                component_id=component.pk,
                component_name=component.name,
                told_ids=sorted(id for id in told if id is not None),
                actor_id=actor.pk,
                at=now,
            ),
            now=now,
        )
