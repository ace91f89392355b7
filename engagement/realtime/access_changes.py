"""Tell open sockets at once that what their person may see has changed: sign-out, password, roles, queues, teams."""

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import redis
import structlog
from allauth.mfa.models import Authenticator
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save
from guardian.models import GroupObjectPermission, UserObjectPermission

from engagement.realtime.topics import person_group
from engagement.village.models import User

log = structlog.get_logger(__name__)
UNRELATED = frozenset({"last_login", "last_seen_at", "language", "time_zone", "name"})


def session_mark(key: str | None) -> str:
    """Return what stands for a session's key where the key itself must not be sent around."""
    return hashlib.sha256((key or "").encode()).hexdigest()[:32]


def connect_signals() -> None:
    """Listen to everything that changes what a person may see."""
    user_logged_out.connect(_signed_out, dispatch_uid="sockets_signed_out")
    post_delete.connect(_session_deleted, sender=Session, dispatch_uid="sockets_session_deleted")
    post_delete.connect(_second_factor_deleted, sender=Authenticator, dispatch_uid="sockets_second_factor_deleted")
    post_save.connect(_person_saved, sender=User, dispatch_uid="sockets_person_saved")
    for relation in (User.groups.through, User.user_permissions.through, User.departments.through):
        m2m_changed.connect(_membership_changed, sender=relation, dispatch_uid=f"sockets_{relation.__name__}")
    m2m_changed.connect(_role_changed, sender=Group.permissions.through, dispatch_uid="sockets_role_changed")
    for model in (UserObjectPermission, GroupObjectPermission):
        for signal in (post_save, post_delete):
            signal.connect(_grant_changed, sender=model, dispatch_uid=f"sockets_{model.__name__}")


def publish_access_change(people: Iterable[UUID], *, ended: str = "") -> None:
    """Have the open sockets of these people look again, after the open transaction has committed.

    ``ended``: the mark of a session that ends now; its sockets close without looking.
    """
    keys = list(people)
    transaction.on_commit(lambda: _send(keys, ended))


def _send(keys: list[UUID], ended: str) -> None:
    """Valkey away: logged; each socket looks by itself after a while."""
    try:
        async_to_sync(_send_all)(keys, ended)
    except (redis.RedisError, OSError) as error:
        log.warning("access_change_not_sent", people=len(keys), error=str(error))


async def _send_all(keys: list[UUID], ended: str) -> None:
    layer = get_channel_layer()
    for key in keys:
        await layer.group_send(person_group(key), {"type": "access.changed", "ended": ended})


def _signed_out(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    session = getattr(request, "session", None)
    if isinstance(user, User) and session is not None:
        publish_access_change([user.pk], ended=session_mark(session.session_key))


def _session_deleted(sender: Any, instance: Session, **kwargs: Any) -> None:
    person = instance.get_decoded().get(SESSION_KEY)
    if person:
        publish_access_change([UUID(str(person))], ended=session_mark(instance.session_key))


def _second_factor_deleted(sender: Any, instance: Authenticator, **kwargs: Any) -> None:
    publish_access_change([instance.user_id])


def _person_saved(
    sender: Any, instance: User, created: bool, update_fields: frozenset[str] | None, **kwargs: Any
) -> None:
    if not created and (update_fields is None or set(update_fields) - UNRELATED):
        publish_access_change([instance.pk])


def _membership_changed(
    sender: Any, instance: Any, action: str, reverse: bool, pk_set: set[UUID] | None, **kwargs: Any
) -> None:
    if action == "pre_clear" and reverse:
        manager = "user_set" if isinstance(instance, Group) else "people"
        publish_access_change(list(getattr(instance, manager).values_list("pk", flat=True)))
    elif action in ("post_add", "post_remove", "post_clear"):
        publish_access_change(list(pk_set or ()) if reverse else [instance.pk])


def _role_changed(
    sender: Any, instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any
) -> None:
    if action in ("post_add", "post_remove", "post_clear"):
        groups = list(pk_set or ()) if reverse else [instance.pk]
        publish_access_change(_members(groups))


def _grant_changed(sender: Any, instance: Any, **kwargs: Any) -> None:
    if isinstance(instance, UserObjectPermission):
        publish_access_change([instance.user_id])
    else:
        publish_access_change(_members([instance.group_id]))


def _members(groups: list[int]) -> list[UUID]:
    return list(User.objects.filter(groups__in=groups, is_active=True).distinct().values_list("pk", flat=True))
