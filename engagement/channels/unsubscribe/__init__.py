"""Unsubscribing: tokens, header fields, public pages, and the one act behind them all."""

from engagement.channels.unsubscribe.acting import transmission_of, unsubscribe
from engagement.channels.unsubscribe.links import feedback_id, headers_of, preferences_url_of, url_of
from engagement.channels.unsubscribe.tokens import token_of

__all__ = [
    "feedback_id",
    "headers_of",
    "preferences_url_of",
    "token_of",
    "transmission_of",
    "unsubscribe",
    "url_of",
]
