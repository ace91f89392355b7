"""Tags of the people pages and the audit trail."""

from django import template
from django.utils.translation import pgettext_lazy

from engagement.village.action_names import name_of
from engagement.village.models import AuditEntry

register = template.Library()
FACTS = {
    "added": pgettext_lazy("audit trail", "added"),
    "address": pgettext_lazy("audit trail", "address"),
    "by": pgettext_lazy("audit trail", "by"),
    "changed": pgettext_lazy("audit trail", "changed"),
    "departments": pgettext_lazy("audit trail", "departments"),
    "name": pgettext_lazy("audit trail", "name"),
    "permission": pgettext_lazy("audit trail", "permission"),
    "program": pgettext_lazy("audit trail", "program"),
    "reason": pgettext_lazy("audit trail", "reason"),
    "roles": pgettext_lazy("audit trail", "roles"),
    "scopes": pgettext_lazy("audit trail", "scopes"),
    "sessions": pgettext_lazy("audit trail", "sessions"),
    "state": pgettext_lazy("audit trail", "state"),
    "taken": pgettext_lazy("audit trail", "taken"),
    "to": pgettext_lazy("audit trail", "to"),
    "tries": pgettext_lazy("audit trail", "tries"),
    "type": pgettext_lazy("audit trail", "type"),
    "was": pgettext_lazy("audit trail", "was"),
}


@register.simple_tag
def action_name(action: str) -> str:
    """What an action of the audit trail is called."""
    return name_of(action)


@register.simple_tag
def detail_of(entry: AuditEntry) -> str:
    """The detail of an entry as words: ``added: agent; taken: moderator, builder``."""
    kept = ((FACTS.get(name, name), value) for name, value in entry.detail.items() if value not in ("", [], None))
    return "; ".join(f"{name}: {_text(value)}" for name, value in kept)


def _text(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
