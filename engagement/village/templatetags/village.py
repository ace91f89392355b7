"""Tags of the people pages and the audit trail."""

from django import template

from engagement.village.action_names import name_of
from engagement.village.models import AuditEntry

register = template.Library()


@register.simple_tag
def action_name(action: str) -> str:
    """What an action of the audit trail is called."""
    return name_of(action)


@register.simple_tag
def detail_of(entry: AuditEntry) -> str:
    """The detail of an entry as words: ``added: agent; taken: moderator, builder``."""
    return "; ".join(f"{name}: {_text(value)}" for name, value in entry.detail.items() if value not in ("", [], None))


def _text(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
