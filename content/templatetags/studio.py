"""What the studio's pages print: states, names of languages and fields, the size of a text message."""

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collaboration.models import ApprovalRequest
from content.locales import name_of
from content.locales import proposed_locales as all_proposed
from content.models import Template
from content.readable import LABELS
from content.selectors.states import GLYPHS, NAMES, TONES
from content.sender import sender_mailbox
from content.variables import Variable
from engagement.channels.sms.segments import count
from engagement.ui.templatetags.ui import badge

register = template.Library()
_STATES = {
    ApprovalRequest.State.OPEN: ("ochre", "hourglass"),
    ApprovalRequest.State.APPROVED: ("moss", "check"),
    ApprovalRequest.State.REFUSED: ("tile", "x"),
}


@register.simple_tag
def proposed_locales() -> list[tuple[str, str]]:
    """Tag and name of every language to choose from."""
    return all_proposed()


@register.simple_tag
def template_state(state: str) -> SafeString:
    """How far a text has come."""
    return badge(str(NAMES[state]), TONES[state], GLYPHS[state])


@register.simple_tag
def request_state(request: ApprovalRequest) -> SafeString:
    """What became of a question for approval."""
    tone, glyph = _STATES.get(request.state, ("", "minus"))  # type: ignore[call-overload]
    return badge(request.get_state_display(), tone, glyph)


@register.filter
def locale_name(locale: str) -> str:
    """A language by its own name."""
    return name_of(locale)


@register.filter
def sender_name(template: Template) -> str:
    """The name that a template is sent as; empty without a channel."""
    return sender_mailbox(template.channel, is_marketing=template.is_marketing).name if template.channel else ""


@register.filter
def field_name(field: str) -> Any:
    """What a field is called in the editor."""
    return LABELS.get(field, field)


@register.filter
def variable_group(group: str) -> str:
    """What a group of variables is about."""
    return {
        "person": _("The reader"),
        "attribute": _("What else is known of the reader"),
        "organisation": _("Us"),
        "message": _("This message"),
    }[group]


@register.filter
def as_liquid(variable: Variable) -> str:
    """What is written into the text for a variable; personal ones with a place for what to write without it."""
    if variable.is_personal:
        return f'{{{{ {variable.name} | default: "…" }}}}'
    return f"{{{{ {variable.name} }}}}"


@register.simple_tag
def sms_size(text: str) -> str:
    """How many segments a text message takes, how many letters are left, and which letter costs so much."""
    size = count(text)
    said = ngettext("%(count)d segment", "%(count)d segments", size.segments) % {"count": size.segments}
    said = _("%(segments)s, %(letters)d letters, %(left)d left in the last one.") % {
        "segments": said,
        "letters": size.characters,
        "left": size.left,
    }
    if size.offending:
        letters = " ".join(size.offending[:5])
        said += " " + _("Because of %(letters)s a segment holds only 70.") % {"letters": letters}
    return said
