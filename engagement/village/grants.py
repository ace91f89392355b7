"""Gives each role the permissions that it starts with, once.

Runs after every migration, for the app whose permissions were just made. What was offered to a role is
remembered (``PermissionOffer``) and never offered again: what an administrator took away stays away.
"""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as global_apps
from django.apps.registry import Apps
from django.db import DEFAULT_DB_ALIAS, transaction

from engagement.village.roles import offered


def offer_permissions(app_config: AppConfig, using: str = DEFAULT_DB_ALIAS, apps: Apps = global_apps, **_: Any) -> None:
    """Add to each role those permissions of ``app_config`` that it was never offered. Takes nothing away.

    Receiver of ``post_migrate``; runs after Django's own receiver has made the permissions of the app.
    """
    wanted = offered(app_config.label)
    try:
        roles, permissions, offers = (
            apps.get_model("village", "Role"),
            apps.get_model("auth", "Permission"),
            apps.get_model("village", "PermissionOffer"),
        )
    except LookupError:  # only some apps were migrated, this one's tables are not there yet
        return
    if not wanted:
        return
    role_of = {role.slug: role for role in roles.objects.using(using).select_related("group")}
    found = permissions.objects.using(using).filter(content_type__app_label=app_config.label)
    permission_of = {permission.codename: permission for permission in found}
    given = set(offers.objects.using(using).values_list("role_id", "permission"))
    new = [
        (role_of[slug], permission_of[codename])
        for slug, codename in wanted
        if slug in role_of
        and codename in permission_of
        and (role_of[slug].pk, f"{app_config.label}.{codename}") not in given
    ]
    if not new:
        return
    with transaction.atomic(using=using):
        offers.objects.using(using).bulk_create(
            [offers(role=role, permission=f"{app_config.label}.{permission.codename}") for role, permission in new]
        )
        group_permissions = apps.get_model("auth", "Group").permissions.through
        group_permissions.objects.using(using).bulk_create(
            [group_permissions(group=role.group, permission=permission) for role, permission in new],
            ignore_conflicts=True,  # an administrator may have added it by hand before it was offered
        )
