"""What people change about their own interface."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from engagement.ui.models import ShortcutKey


def set_preferences(*, user: Any, **chosen: Any) -> None:
    """Keep the chosen fields (language, time_zone, theme, density, shortcuts_enabled) on the person."""
    for name, value in chosen.items():
        setattr(user, name, value)
    user.save(update_fields=sorted(chosen))


def set_keys(*, user: Any, changed: Mapping[str, str]) -> None:
    """Replace this person's own keys. ``changed``: shortcut name to key, for those that differ."""
    with transaction.atomic():
        ShortcutKey.objects.filter(user=user).delete()
        mine = [ShortcutKey(user=user, name=name, key=key) for name, key in changed.items()]
        ShortcutKey.objects.bulk_create(mine)
