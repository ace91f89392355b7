"""What every page's template may use."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject, cached_property

from engagement.organization.current import current_organization
from engagement.organization.languages import offered_languages, own_name
from engagement.organization.sign_in_policy import allows_passwords
from engagement.ui import commands, rooms, shortcuts
from engagement.ui.models import changed_keys
from engagement.ui.rooms import OpenRoom

THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")


class Interface:
    """How this person wants their pages, read when a template asks. Works before anyone has signed in."""

    def __init__(self, request: HttpRequest, *, path: str = "") -> None:
        self.request = request
        self.path = path or request.path
        self.user: Any = getattr(request, "user", None)
        self.signed_in = bool(self.user and self.user.is_authenticated)

    @property
    def theme(self) -> str:
        """The person's own choice, else the one kept in this browser; empty means: as the system says."""
        chosen = self.user.theme if self.signed_in else self.request.COOKIES.get("theme", "")
        return chosen if chosen in THEMES[1:] else ""

    @property
    def density(self) -> str:
        chosen = self.user.density if self.signed_in else ""
        return chosen if chosen == DENSITIES[1] else ""

    @property
    def time_zone(self) -> str:
        """IANA name that clocks in the browser use."""
        own = str(self.user.time_zone) if self.signed_in else ""
        return own or current_organization().time_zone

    @property
    def live_url(self) -> str:
        """Where the socket is: under the name by which this browser found the page, whose cookie it has."""
        if not self.signed_in:
            return ""
        parts = urlsplit(settings.LIVE_URL)
        if not parts.port:
            return settings.LIVE_URL
        host = urlsplit(f"//{self.request.get_host()}").hostname or parts.hostname or ""
        return parts._replace(netloc=f"[{host}]:{parts.port}" if ":" in host else f"{host}:{parts.port}").geturl()

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Code and own name of each language that visitors may choose."""
        return [(code, own_name(code)) for code, _name in offered_languages()]

    @property
    def organisation(self) -> str:
        return current_organization().display_name

    @property
    def logo_url(self) -> str:
        """Where the organization's logo is; empty while it has none."""
        digest = current_organization().logo
        return reverse("setup:logo", args=[digest]) if digest else ""

    @property
    def accent_url(self) -> str:
        """Where the style sheet of the organization's color is; empty while it has none."""
        color = current_organization().accent_color
        return reverse("setup:accent", args=[color.removeprefix("#").lower()]) if color else ""

    @property
    def allows_passwords(self) -> bool:
        """Whether people may sign in by password."""
        return allows_passwords()

    @property
    def privacy_text(self) -> str:
        """The organization's own privacy text in the reader's language."""
        return current_organization().own_privacy_text

    @property
    def privacy_contact(self) -> str:
        """Whom people ask about their data: name and address."""
        ours = current_organization()
        return ", ".join(part for part in (ours.privacy_contact_name, ours.privacy_contact_email) if part)

    @property
    def policy_url(self) -> str:
        """The organization's own privacy policy."""
        return current_organization().privacy_policy_url

    @cached_property
    def _open(self) -> list[OpenRoom]:
        return rooms.rooms_for(user=self.user, path=self.path) if self.signed_in else []

    @property
    def rooms(self) -> list[OpenRoom]:
        return [open_ for open_ in self._open if open_.room.place == "rooms"]

    @property
    def foot_rooms(self) -> list[OpenRoom]:
        """What stands at the foot of the band, beside search and the account."""
        return [open_ for open_ in self._open if open_.room.place == "foot"]

    @property
    def room_topics(self) -> str:
        return rooms.topics_for(user=self.user) if self.signed_in else ""

    @property
    def account_items(self) -> list[commands.Entry]:
        return commands.account_items_for(user=self.user) if self.signed_in else []

    @property
    def commands(self) -> list[commands.Entry]:
        return commands.entries_for(user=self.user) if self.signed_in else []

    @property
    def shortcuts_on(self) -> bool:
        return self.signed_in and bool(self.user.shortcuts_enabled)

    @property
    def shortcut_sheet(self) -> list[Any]:
        return shortcuts.sheet(changed=self._changed_keys)

    @property
    def shortcut_keys(self) -> str:
        """JSON: name to key."""
        return json.dumps(shortcuts.keys(changed=self._changed_keys))

    @property
    def _changed_keys(self) -> dict[str, str]:
        if not hasattr(self, "_keys"):
            self._keys = changed_keys(user=self.user) if self.signed_in else {}
        return self._keys


def interface(request: HttpRequest) -> dict[str, Any]:
    """Template context ``ui``: theme, density, rooms, commands, shortcuts of whoever asks."""
    return {"ui": SimpleLazyObject(lambda: Interface(request))}
