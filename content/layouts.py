"""What a new text starts from: nothing, a letter, an offer; in the language in which it is written first."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from content.models import Kind
from engagement.organization.colors import NotAColor, solid_hex
from engagement.organization.current import current_organization
from engagement.organization.models import Logo

LOGO_WIDTH, LOGO_HEIGHT = 240, 72  # pixels of a mail

LAYOUTS: dict[str, Any] = {
    "blank": _("Nothing but the frame"),
    "letter": _("A letter: greeting, text, signature"),
    "offer": _("An offer: heading, text, one button"),
}

_FRAME = """<mjml>
  <mj-head>
    <mj-attributes>
      <mj-all font-family="Helvetica, Arial, sans-serif" />
      <mj-text font-size="16px" line-height="24px" color="#1c2433" />
    </mj-attributes>
  </mj-head>
  <mj-body background-color="#f4f2ec">
    <mj-section background-color="#ffffff" padding="32px 16px">
      <mj-column>
{logo}{content}
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""


def layout_of(*, kind: str, layout: str, locale: str) -> Mapping[str, str]:
    """Return the fields of a first draft. An unknown layout is a blank one."""
    with override(locale):
        if kind == Kind.SMS:
            return {"text": "" if layout == "blank" else _sms()}
        content = {"letter": _letter, "offer": _offer}.get(layout, _blank)()
    return {"mjml": _FRAME.format(logo=_logo(), content=content)}


def _logo() -> str:
    """The organization's logo, at the size of a mail's head; nothing while it has none."""
    logo = Logo.objects.filter(digest=current_organization().logo).only("digest", "width", "height").first()
    if logo is None:
        return ""
    width = max(1, round(logo.width * min(1.0, LOGO_WIDTH / logo.width, LOGO_HEIGHT / logo.height)))
    address = f"{settings.BASE_URL}{reverse('setup:logo', args=[logo.digest])}"
    return (
        f'        <mj-image src="{address}" alt="{{{{ organisation }}}}" width="{width}px" align="left" '
        'padding="0 25px 16px" />\n'
    )


def _button_color() -> str:
    """The accent color, dark enough for white text; ours while the organization has none."""
    try:
        return solid_hex(current_organization().accent_color)
    except NotAColor:
        return "#1d4ed8"


def _blank() -> str:
    return "        <mj-text></mj-text>"


def _letter() -> str:
    return "\n".join(
        f"        <mj-text>{line}</mj-text>"
        for line in (_greeting(), gettext("Write here."), f"{gettext('Warm regards')},<br />{{{{ organisation }}}}")
    )


def _offer() -> str:
    return "\n".join(
        (
            f'        <mj-text font-size="26px" line-height="32px">{gettext("What is offered")}</mj-text>',
            f"        <mj-text>{_greeting()}</mj-text>",
            f"        <mj-text>{gettext('Say what it is, for whom, and until when.')}</mj-text>",
            f'        <mj-button href="https://example.com/" background-color="{_button_color()}">'
            f"{gettext('Book a time')}</mj-button>",
        )
    )


def _sms() -> str:
    return "{{ organisation }}: " + gettext("write here. Reply STOP to leave")


def _greeting() -> str:
    hello, there = gettext("Hello"), gettext("there")
    return f'{hello} {{{{ first_name | default: "{there}" }}}},'
