"""Whether a text message says how to stop (CTIA Messaging Principles: opt-out instructions in marketing)."""

import re

_HOW = re.compile(r"\b(?:STOP|SAIR|PARAR|CANCELAR|DESCADASTRAR|UNSUBSCRIBE|BAJA)\b", re.IGNORECASE)


def says_how_to_stop(text: str) -> bool:
    """Say whether one of the words that stop messages stands in the text, or the link that does."""
    return bool(_HOW.search(text)) or "unsubscribe_url" in text
