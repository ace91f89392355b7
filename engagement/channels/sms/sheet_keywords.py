"""Opt-out keywords that the rule sheets of places name, beside those that the product knows by itself."""

from datetime import datetime

from engagement.channels.jurisdictions.in_force import sheets_in_force
from engagement.channels.sms.keywords import MAX_KEYWORD_LENGTH, Keyword, Meaning, fold_keyword, keyword_of


def find_keyword(text: str, now: datetime) -> Keyword | None:
    """Return the keyword that ``text`` is as a whole: the product's own, else one of any sheet in force."""
    known = keyword_of(text)
    if known is not None or len(text) > MAX_KEYWORD_LENGTH:
        return known
    folded = fold_keyword(text)
    for _place, sheet in sorted(sheets_in_force(now).sheets.items()):
        for language, words in sheet.rules.keywords.items():
            if folded and any(fold_keyword(word) == folded for word in words):
                return Keyword(Meaning.STOP, folded, "pt-br" if language == "pt" else language)
    return None
