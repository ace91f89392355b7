"""The side of the administration: only what its reader may open there, and the ways back into the house."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups of the side: the house first, then each app with the models that this person may see.

    No way into the house is ever the current page; unfold would take its address for a part of each page's own.
    """
    house = [{"title": _("Home"), "icon": "home", "link": reverse("home"), "active": False}]
    if request.user.has_perm("campaigns.view_campaign"):  # type: ignore[union-attr]
        link = reverse("campaigns:campaigns")
        house.append({"title": _("Campaigns"), "icon": "campaign", "link": link, "active": False})
    groups: list[dict[str, Any]] = [{"title": _("Back to the house"), "separator": False, "items": house}]
    for app in admin.site.get_app_list(request):
        items = [
            {"title": model["name"], "icon": "chevron_right", "link": model["admin_url"]}
            for model in app["models"]
            if model["admin_url"]
        ]
        if items:
            groups.append({"title": app["name"], "separator": True, "collapsible": False, "items": items})
    return groups
