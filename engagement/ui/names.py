"""How people and channels are shown."""

import unicodedata
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class ChannelLook:
    """A channel's tint, glyph and word; the glyph never comes without the word."""

    tint: str
    icon: str
    label: Any

    @property
    def within(self) -> str:
        """The word inside a sentence: "by e-mail", but "by SMS". What is translated is a common noun."""
        word = str(self.label)
        return word if isinstance(self.label, str) else word[:1].lower() + word[1:]


CHANNELS = {
    "email": ChannelLook("email", "mail", _("E-mail")),
    "whatsapp": ChannelLook("whatsapp", "message-circle", "WhatsApp"),
    "sms": ChannelLook("sms", "smartphone", "SMS"),
    "chat": ChannelLook("chat", "app-window", _("Chat")),
    "instagram": ChannelLook("instagram", "camera", "Instagram"),
    "phone": ChannelLook("phone", "phone", _("Phone")),
    "community": ChannelLook("community", "messages-square", _("Community")),
    "bsuid": ChannelLook("whatsapp", "message-circle", "WhatsApp"),
    "telegram": ChannelLook("chat", "send", "Telegram"),
    "messenger": ChannelLook("chat", "message-circle", "Messenger"),
    "visitor": ChannelLook("chat", "globe", _("Site visitor")),
    "crm": ChannelLook("phone", "server", _("Other system")),
    "handle": ChannelLook("community", "at-sign", _("Name in a network")),
}
OTHER_CHANNEL = ChannelLook("phone", "message-square-text", _("Other channel"))


def channel_look(kind: str) -> ChannelLook:
    """Look of a channel kind; an unknown kind gets a neutral one."""
    return CHANNELS.get(kind, OTHER_CHANNEL)


def initials(name: str) -> str:
    """At most two letters for an avatar: of the first and the last word that start with a letter or digit.

    Addresses give the first two letters of their local part, scripts without words their first character.
    """
    text = unicodedata.normalize("NFC", name or "").strip()
    if "@" in text:
        text = text.lstrip("@").partition("@")[0].replace(".", " ").replace("_", " ")
    words = [letters for word in text.split() if (letters := "".join(c for c in word if c.isalnum()))]
    if not words:
        return ""
    if len(words) == 1:
        size = 2 if words[0].isascii() else 1
        return words[0][:size].upper()
    return (words[0][0] + words[-1][0]).upper()
