"""E-mail addresses and mailboxes: reading them from broken headers, and one form to compare them by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name (decoded, may be empty) and an address as written."""

    name: str
    address: str
