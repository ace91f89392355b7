"""What the permissions of a role are called, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.utils.translation import gettext_lazy as _

from engagement.sorting import sort_text

VERBS: dict[str, Any] = {
    "view": _("see %(what)s"),
    "add": _("add %(what)s"),
    "change": _("change %(what)s"),
    "delete": _("delete %(what)s"),
}
SPECIAL: dict[str, Any] = {
    "api.use_api": _("use the API with tokens of their own"),
    "campaigns.launch_campaign": _("launch campaigns"),
    "collaboration.decide_approval": _("approve or reject content"),
    "community.answer_as_staff": _("answer in the community as staff"),
    "community.moderate_community": _("moderate the community"),
    "conversations.work_queue": _("work on conversations of every queue"),
    "engagement_channels.operate_channel": _("test, pause and resume channels"),
    "engagement_channels.replay_rawevent": _("read failed email again"),
    "engagement_channels.settle_transmission": _("settle delivery problems"),
    "engagement_channels.decide_optoutwish": _("decide on opt-out requests"),
    "operations.waive_item": _("waive checks of the operating model"),
    "operations.sign_valueentry": _("sign value entries"),
    "operations.set_target": _("set targets of the operating model"),
    "profiles.answer_datarequest": _("answer privacy requests"),
    "profiles.export_people": _("export contacts"),
    "profiles.hold_marketing": _("hold marketing to a customer"),
    "profiles.merge_profile": _("merge profiles"),
    "profiles.relate_profile": _("relate profiles to companies and people"),
    "profiles.view_sensitive": _("see sensitive attributes"),
}
GROUPS: dict[str, Any] = {
    "conversations": _("Inbox"),
    "profiles": _("Contacts and privacy"),
    "collaboration": _("Tasks, notes and approvals"),
    "content": _("Content"),
    "campaigns": _("Campaigns"),
    "community": _("Community"),
    "engagement_channels": _("Channels"),
    "operations": _("Operating model"),
    "village": _("Team and audit trail"),
    "organization": _("Organization"),
    "events": _("Events"),
    "api": _("API"),
}


@dataclass(frozen=True, slots=True)
class PermissionGroup:
    """Permissions of one area, as (key, words)."""

    name: str
    label: str
    choices: tuple[tuple[int, str], ...]


def permission_groups() -> list[PermissionGroup]:
    """Return what can be given to a role, by area: what our roles were ever offered, and nothing else of Django's."""
    found: dict[str, list[tuple[int, str]]] = {}
    for permission in offered_permissions():
        found.setdefault(permission.content_type.app_label, []).append((permission.pk, words_of(permission)))
    return [
        PermissionGroup(app, str(label), tuple(sorted(found[app], key=lambda one: sort_text(one[1]))))
        for app, label in GROUPS.items()
        if app in found
    ]


def offered_permissions() -> list[Permission]:
    """Return the permissions that any role of ours starts with, or that have words of their own."""
    from engagement.village.roles import ROLES

    wanted = {name for role in ROLES for name in role.permissions} | set(SPECIAL)
    rows = Permission.objects.select_related("content_type").order_by("content_type__app_label", "codename")
    rows = rows.filter(content_type__app_label__in=GROUPS)
    return [row for row in rows if f"{row.content_type.app_label}.{row.codename}" in wanted]


def words_of(permission: Permission) -> str:
    """Return what a permission lets somebody do."""
    name = f"{permission.content_type.app_label}.{permission.codename}"
    if name in SPECIAL:
        return str(SPECIAL[name])
    verb, _underscore, model = permission.codename.partition("_")
    try:
        what = str(apps.get_model(permission.content_type.app_label, model)._meta.verbose_name_plural)
    except LookupError:
        what = model
    return str(VERBS[verb]) % {"what": what} if verb in VERBS else permission.name


def summary_of(permissions: Iterable[Permission]) -> list[str]:
    """Return what a set of permissions allows, as areas with words."""
    return [words_of(permission) for permission in permissions]
