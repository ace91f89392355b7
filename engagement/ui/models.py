"""The keys that people changed. What the rest of the interface looks like is kept on the person."""

from typing import Any

from django.conf import settings
from django.db import models

from engagement.statements import rows


class ShortcutKey(models.Model):
    """One person's own key for one shortcut."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shortcut_keys")
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="one_key_per_shortcut"),
            models.UniqueConstraint(fields=["user", "key"], name="one_shortcut_per_key"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.key}"


def changed_keys(*, user: Any) -> dict[str, str]:
    """Shortcut name to key, for those that ``user`` changed."""
    found = rows("SELECT name, key FROM ui_shortcutkey WHERE user_id = %(user)s ORDER BY name", {"user": user.pk})
    return dict(found)
