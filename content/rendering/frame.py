"""What the house puts around a text: title, preview line, language, and what marketing must say at its end.

CAN-SPAM asks for the sender's postal address and a working way out; RFC 8058's header is added by whoever sends. An
author who places ``{{ unsubscribe_url }}`` or ``{{ postal_address }}`` themselves keeps their own words.
"""

import re
from html import escape

from django.utils.translation import gettext, override

from content.rendering.masking import mask
from content.words import Words
from engagement.profiles.language_tags import text_direction, written_tag

_UNSUBSCRIBE = re.compile(r"\{\{-?\s*unsubscribe_url\b")
_ADDRESS = re.compile(r"\{\{-?\s*postal_address\b")
_ROOT = re.compile(r"<mjml\b(?P<attributes>[^>]*)>", re.IGNORECASE)
_HEAD = re.compile(r"<mj-head\b[^>]*>", re.IGNORECASE)
_TITLE = re.compile(r"<mj-title\b", re.IGNORECASE)
_PREVIEW = re.compile(r"<mj-preview\b", re.IGNORECASE)
_END = re.compile(r"</mj-body\s*>", re.IGNORECASE)
# Fills the rest of the line in the list of mails, where the first words of the body would stand.
PADDING = "&#847;&#8204;&#160;" * 75
PREFERENCES = "{{ preferences_url | default: unsubscribe_url }}"


def has_way_out(text: str) -> bool:
    """Say whether the author placed the way out."""
    return bool(_UNSUBSCRIBE.search(text))


def has_address(text: str) -> bool:
    """Say whether the author placed the postal address."""
    return bool(_ADDRESS.search(text))


def complete(words: Words, *, is_marketing: bool) -> str:
    """Return the layout with title, preview line, language and, for marketing, the footer."""
    mjml = _with_head(_with_language(words.mjml, words.locale), words)
    footer = _footer(words) if is_marketing else ""
    *_others, end = [-1, *(found.start() for found in _END.finditer(mjml))]
    return f"{mjml[:end]}{footer}{mjml[end:]}" if footer and end >= 0 else mjml


def complete_text(text: str, *, locale: str) -> str:
    """Return a marketing text part with the way out and the address."""
    end = []
    with override(locale):
        if not has_way_out(text):
            end.append(f"{gettext('Unsubscribe')}: {{{{ unsubscribe_url }}}}")
            end.append(f"{gettext('Choose what you receive')}: {PREFERENCES}")
        if not has_address(text):
            end.append("{{ organisation }}, {{ postal_address }}")
    return text if not end else text.rstrip() + "\n\n-- \n" + "\n".join(end) + "\n"


def _with_language(mjml: str, locale: str) -> str:
    root = _ROOT.search(mjml)
    if root is None or re.search(r"\blang\s*=", root["attributes"]):
        return mjml
    attributes = root["attributes"]
    if text_direction(locale) == "rtl" and not re.search(r"\bdir\s*=", attributes):
        attributes += ' dir="rtl"'
    return f'{mjml[: root.start()]}<mjml lang="{escape(written_tag(locale))}"{attributes}>{mjml[root.end() :]}'


def with_metas(page: str) -> str:
    """Return the HTML with what keeps mail programs from changing it: colors, links of their own, other sizes.

    Dark colors are announced only by a layout that has them; otherwise text would stand on a ground that it was not
    chosen for.
    """
    scheme = "light dark" if "prefers-color-scheme" in page else "light"
    metas = (
        f'<meta name="color-scheme" content="{scheme}"><meta name="supported-color-schemes" content="{scheme}">'
        '<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">'
        '<meta name="x-apple-disable-message-reformatting">'
    )
    return page.replace("<head>", f"<head>{metas}", 1)


def _with_head(mjml: str, words: Words) -> str:
    parts = ""
    if words.subject and not _TITLE.search(mjml):
        parts += f"<mj-title>{_escaped(words.subject)}</mj-title>"
    if words.preheader and not _PREVIEW.search(mjml):
        parts += f"<mj-preview>{_escaped(words.preheader)}{PADDING}</mj-preview>"
    if not parts:
        return mjml
    head = _HEAD.search(mjml)
    if head is not None:
        return mjml[: head.end()] + parts + mjml[head.end() :]
    root = _ROOT.search(mjml)
    return f"{mjml[: root.end()]}<mj-head>{parts}</mj-head>{mjml[root.end() :]}" if root else mjml


def _escaped(text: str) -> str:
    """The text for HTML; the Liquid in it stays as it is, and escapes its own values."""
    masked = mask(text)
    return masked.unmask(escape(masked.text))


def _footer(words: Words) -> str:
    lines = []
    with override(words.locale):
        if not has_address(words.mjml):
            lines.append("{{ organisation }}<br />{{ postal_address }}")
        if not has_way_out(words.mjml):
            unsubscribe, preferences = escape(gettext("Unsubscribe")), escape(gettext("Choose what you receive"))
            lines.append(
                f'<a href="{{{{ unsubscribe_url }}}}" style="color:#4a5568">{unsubscribe}</a> · '
                f'<a href="{PREFERENCES}" style="color:#4a5568">{preferences}</a>'
            )
    if not lines:
        return ""
    return (
        '<mj-section padding="16px 0"><mj-column><mj-text align="center" font-size="12px" line-height="18px" '
        f'color="#4a5568">{"<br />".join(lines)}</mj-text></mj-column></mj-section>'
    )
