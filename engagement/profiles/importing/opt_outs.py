"""Who opted out of marketing in another program, by the columns of its export. No consent follows from any of them."""

import functools

from engagement.profiles.importing.values import MARKS, BadCell
from engagement.profiles.wording import plain

# Yes and no answer the column's question here, "did they opt out?"; a status is of the person or of their address.
_OPTED_OUT = """
yes|y|true|t|sim|s|verdadeiro|v|si|ja|oui|vrai|wahr|opt-out|optout|opt out|opted-out|opted out|unsubscribed|unsubscribe
cancelado|cancelada|descadastrado|descadastrada|recusou|recusado|recusada|rechazado|desuscrito|baja|dado de baja
desabonne|desinscrit|abgemeldet|abgelehnt|gesperrt|withdrawn|revoked|denied|declined|refused|cleaned|bounced
hard bounced|hard bounce|complained|complaint|spam|spam complaint|reported as spam|abuse|blocked|blocklisted|blacklisted
suppressed|global suppression|do not allow|do not contact|bloqueado|bloqueada|nao permitir|invalid|user suppressed
manual suppression|removed|removido|deleted|deny
"""
_NOT_OPTED_OUT = """
no|n|false|f|nao|falso|non|faux|nein|falsch|active|ativo|ativa|activo|activa|aktiv|actif|subscribed|subscriber
never subscribed|nonsubscribed|non-subscribed|not subscribed|unconfirmed|confirmed|pending|pendente|opted-in|opted in
opt-in|optin|inscrito|inscrita|suscrito|suscrita|abonne|inscrit|angemeldet|abonniert|allow|permitir|granted|agreed
accepted|aceito|aceitou|transactional|implicit|explicit|single opt-in|double opt-in|null|none|n/a|na|nan|-|--|nil|never
nunca|not set|unknown|desconhecido|nao informado|sem status|legitimo interesse|valid|not suppressed
"""
_OF_DATES = frozenset("0123456789-/.: tzgmt+utcapm,")


def _words(text: str) -> frozenset[str]:
    return frozenset(word for line in text.split("\n") for word in line.split("|") if word)


OPTED_OUT, NOT_OPTED_OUT = _words(_OPTED_OUT), _words(_NOT_OPTED_OUT)


@functools.lru_cache(maxsize=500)
def opted_out(text: str) -> bool:
    """Return whether a cell says that somebody opted out: a word, a mark, or the day on which they did.

    Raises BadCell for what cannot be understood.
    """
    said = plain(text.strip()).replace("_", " ")
    if not said or said in NOT_OPTED_OUT or MARKS.get(said) is False:
        return False
    if said in OPTED_OUT or MARKS.get(said) is True or _is_date(said):
        return True
    raise BadCell("opt_out_unclear")


def _is_date(said: str) -> bool:
    """A day, with or without a time, or the number that a spreadsheet has for one."""
    return sum(letter.isdigit() for letter in said) >= 4 and set(said) <= _OF_DATES
