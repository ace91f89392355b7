"""What a decision is about, as one number: SHA-256 over everything that reaches a reader."""

import hashlib
import json
from collections.abc import Iterable

from content.rendering.links import links_in
from content.words import FIELDS, Words

FORMAT = 1  # grows when the recipe changes; old hashes keep their meaning, since they are stored


def content_hash(
    *, kind: str, purpose: str, sender: str, organisation: str, postal_address: str, words: Iterable[Words]
) -> str:
    """Return 64 hex digits over kind, purpose, sender, address and every language: its words and its links.

    The order in which the languages come does not matter; every letter of every field does.
    """
    said = {
        "format": FORMAT,
        "kind": kind,
        "purpose": purpose,
        "sender": sender,
        "organisation": organisation,
        "postal_address": postal_address,
        "variants": [
            {"locale": each.locale, "links": links_in(each), **{field: getattr(each, field) for field in FIELDS}}
            for each in sorted(words, key=lambda each: each.locale)
        ],
    }
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
