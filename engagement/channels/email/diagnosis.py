"""Why a message was refused: is the address dead, is it a passing matter, or was it our own fault?

What the receiving server wrote counts more than the Status field that the reporting server chose: the code inside the
diagnostic wins over it, and words win over codes that say nothing (RFC 3463, 3464; the providers' own texts).
"""

from __future__ import annotations

import re
from enum import StrEnum

MAX_TEXT = 4_000


class Cause(StrEnum):
    """Who or what a refusal is about."""

    HARD = "hard"  # the address does not exist, or is closed for good
    SOFT = "soft"  # full, away, too late: another message may arrive
    OURS = "ours"  # reputation, block list, rate, content, authentication, size: says nothing about the address


_GONE = re.compile(
    r"user\b[^;\n]{0,40}?(?:unknown|not (?:found|exist|known)|does(?: not|n't) exist|doesn't have)"
    r"|unknown (?:\w{1,12} )?(?:user|recipient|address|mailbox|account)"
    r"|no such (?:\w{1,12} )?(?:user|recipient|mailbox|address|account|person|name|local|domain|email)"
    r"|(?:address|account|mailbox|mail ?box|recipient|person|domain|e-?mail)\b[^;\n]{0,60}?(?:does not exist"
    r"|doesn't exist|not exist|not found|is unknown|no longer (?:exist|valid|active|available|in use))"
    r"|no (?:longer )?(?:a )?(?:valid )?(?:mailbox|mail box|account|user|address)\b.{0,40}(?:here|by that name"
    r"|with that|exists?)|no mailbox|no longer (?:a )?(?:valid|works|with|employ|active|in service)"
    r"|(?:mailbox|mail ?box|account|user|address|recipient)\b[^;\n]{0,60}?(?:is )?(?:currently )?(?:disabled"
    r"|deactivated|inactive|suspended|closed|terminated|deleted|removed|expired|locked|discontinued|abandoned)"
    r"|(?:disabled|deactivated|inactive|suspended|closed|terminated|deleted) (?:\w{1,12} )?(?:user|account"
    r"|mailbox|recipient)|this (?:account|mailbox|user|address) (?:has been|is|was) (?:\w{1,12} )?(?:disabled"
    r"|suspended|deactivated|closed|removed|deleted|discontinued)"
    r"|mailbox (?:name )?(?:is )?(?:unavailable|not (?:available|allowed|active|valid)|invalid|unknown)"
    r"|not a (?:known|valid) (?:user|recipient|mailbox|address)|not (?:our|a) (?:customer|local user)"
    r"|isn't (?:a )?(?:listed|valid|known)"
    r"|invalid (?:\w{1,12} )?(?:recipient|user|mailbox|address|account|addressee|final delivery)|(?:recipient"
    r"|address|user|mailbox)\b[^;\n]{0,60}?(?:is )?invalid|undeliverable address|address (?:unknown|invalid"
    r"|error)|recipient(?: address)? (?:unknown|not (?:found|exist))|recipientnotfound"
    r"|recipient address rejected: (?:access denied|user|undeliverable|unknown|no such)|not listed in"
    r"|addressee unknown|unrout?eable (?:address|mail domain)|bad destination|can(?:not|'t) find (?:any|a"
    r"|the)?\s?(?:host|user|mailbox)|host(?: or domain)?(?: name)? (?:unknown|not found)"
    r"|domain (?:name )?(?:not found|does not exist|unknown)|nxdomain|name (?:service error"
    r"|or service not known)|null ?mx|no mx|doesn't (?:accept|receive) (?:mail|e-?mail)"
    r"|does not (?:have|accept mail)|doesn't have (?:a|an|this)|unknown or illegal|ungueltige|user doesn"
    r"|no route for (?:this|the) (?:user|recipient)|couldn't be found|could not be found|wasn't found"
    r"|was not found|unable to find (?:the )?(?:user|recipient)|address you (?:specified|entered)"
    r"|(?:usu[áa]rio|conta|caixa (?:postal|de correio)|endere[çc]o"
    r"|destinat[áa]rio)\b[^;\n]{0,60}?(?:n[ãa]o existe|inexistente|desconhecid|inv[áa]lid|desativad"
    r"|n[ãa]o (?:foi )?encontrad|inativ|bloquead[oa] permanente)"
    r"|(?:usuario|cuenta|buz[óo]n|direcci[óo]n|destinatario)\b[^;\n]{0,60}?(?:no existe|inexistente|desconocid"
    r"|inv[áa]lid|desactivad|no (?:se )?encontr)"
    r"|empf[äa]nger(?:adresse)?\b[^;\n]{0,60}?(?:unbekannt|existiert nicht|ung[üu]ltig|nicht gefunden)"
    r"|unbekannter (?:empf|benutzer)|benutzer unbekannt|adresse .{0,20}existiert nicht"
    r"|postfach .{0,30}(?:existiert nicht|deaktiviert|gesperrt)"
    r"|(?:utilisateur|destinataire|adresse|bo[îi]te)\b[^;\n]{0,60}?(?:inconnu|inexistant|n'existe (?:pas|plus)"
    r"|invalide|d[ée]sactiv)|(?:utente|indirizzo|casella|destinatario)\b[^;\n]{0,60}?(?:sconosciut|inesistente"
    r"|non (?:esiste|trovat|valid)|disattivat)"
    r"|(?:gebruiker|adres|postbus)\b[^;\n]{0,60}?(?:onbekend|bestaat niet|ongeldig)"
    r"|пользовател\w{1,4} .{0,60}не (?:найден|существует)|нет такого|не существует"
    r"|почтовый ящик .{0,40}(?:отключ|заблокир|не)|存在しま|見つかりま|宛先不明|アドレスが|不存在|用户不|无此用户|없는",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"black ?list|block ?list|\bbl(?:oc)?k?ed\b.{0,60}(?:ip|using|by|list|spam|host|sender|domain|reputation"
    r"|https?:)|(?:ip|host|sender|domain|client|your (?:message|e-?mail|server|address)|message|mail"
    r"|connection)\b.{0,60}(?:\bblocked|\bbanned|\bblacklist|\blisted)"
    r"|\brbl\b|\bdnsbl\b|spamhaus|spamcop|barracuda|sorbs|cloudmark|senderscore|proofpoint|\bs3150|\bs3140"
    r"|\(cs01\)|\bcbl\b|reputation|\bspam|junk|unsolicited|\bbulk\b|phish|virus|malware|infected"
    r"|content (?:rejected|filter|restriction|denied)|message content|prohibited|objectionable"
    r"|(?:rejected|denied|refused|blocked|disallowed|violat\w{0,5}|not accepted|not allowed"
    r"|forbidden).{0,40}(?:polic(?:y|ies)|content|security)|polic(?:y|ies) (?:reject|violation|reason"
    r"|restriction)|local policy|policy reasons"
    r"|rate.?limit|too (?:many|much|fast|frequent)|throttl|sending (?:rate|limit|quota)|(?:daily|hourly|message"
    r"|send\w{0,3}) (?:\w{1,12} )?limit|(?:exceed\w{0,3}|over|reached) [^;\n]{0,50}?(?:limit|rate|connections?"
    r"|messages? per|recipients? (?:this|per))|limit exceeded|temporarily deferred due to|suspicious"
    r"|unusual (?:rate|traffic|activity)|grey ?list|graylist"
    r"|\bspf\b|\bdkim\b|\bdmarc\b|unauthenticated|not authenticated|authenticat|authoriz(?:ed|ation)"
    r"|not authorised|reverse dns|\bptr\b|\brdns\b|\bhelo\b|\behlo\b|starttls|\btls\b|no (?:reverse|ptr)"
    r"|dynamic ip|fix reverse"
    r"|sender (?:address )?(?:\S{1,80} )?(?:rejected|denied|verif|unknown|invalid|not|domain|blocked|is)"
    r"|from (?:address )?(?:domain )?(?:rejected|invalid|denied)|domain of sender|return.?path|envelope.?from"
    r"|callback|bad sender|relay(?:ing)? (?:access )?(?:denied|not|prohibited)|cannot relay|unable to relay"
    r"|(?:message|mail) (?:\w{1,12} )?(?:too (?:big|large)|size|exceeds)|size (?:limit|exceed|exceeds)|too large"
    r"|exceeds? (?:the )?(?:maximum|size|fixed)|maximum (?:message )?size|header (?:error|missing|invalid)"
    r"|multiple from|missing .{0,20}header|not rfc|rfc ?(?:5322|2822|822)|malformed|attachment|bad message"
    r"|line too long"
    r"|listado|lista negra|lista de bloqueio|reputa[çc]|n[ãa]o autorizad|bloqueado por|limite de envio"
    r"|excedeu o limite de|gesperrt(?:e)? ip|liste noire|迷惑|スパム|垃圾|黑名单|спам",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"(?:mail ?box|account|user|inbox|recipient|storage|folder|disk|quota)\b[^;\n]{0,60}?(?:is "
    r"|are )?(?:\bfull\b|over ?quota|exceed\w{0,3}|out of (?:storage|space)|overquota)|over ?quota|quota exceed"
    r"|exceeded [^;\n]{0,50}?(?:quota|storage)|insufficient (?:disk|system|storage|space)|not enough (?:space"
    r"|storage|disk)|no space|out of storage|disk (?:space|full|quota)|too many messages in"
    r"|caixa (?:postal |de (?:correio|entrada) )?(?:\S{1,80} )?(?:est[áa] )?(?:cheia|lotada)|cota (?:excedida"
    r"|de)|quota excedida|buz[óo]n (?:\S{1,80} )?(?:est[áa] )?lleno|postfach (?:\S{1,80} )?(?:ist )?voll"
    r"|bo[îi]te .{0,30}pleine|casella .{0,20}piena|postvak .{0,10}vol|переполнен|一杯|いっぱい|已满|容量",
    re.IGNORECASE,
)
_REPLY_CODE = re.compile(r"(?:^|[\s;:(<\[>'\"|])([245])(\d\d)(?=[\s\-#(:<]|$)")
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_DEAD_CODES = frozenset({(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (1, 351), (2, 1), (4, 4)})


def detail_of(status: str, diagnostic: str) -> str:
    """One line of both; the Status field is left out where the diagnostic has a code of its own."""
    if diagnostic and _STATUS.search(diagnostic):
        return diagnostic
    return f"{status} {diagnostic}".strip()


def diagnose(detail: str, *, is_permanent: bool = True) -> Cause:
    """Say what ``detail``, a server's own words, tells about the address.

    ``is_permanent`` is what the report said of it; a reply in the 400s is never permanent. What says nothing is SOFT:
    it counts, and stops only somebody to whom nothing arrives again and again.
    """
    text = detail[:MAX_TEXT]
    status = _STATUS.search(text)
    reply = _REPLY_CODE.search(text)
    codes = (int(status[2]), int(status[3])) if status else (0, 0)
    first = reply[1] if reply else (status[1] if status else "")
    temporary = first == "4" or not is_permanent
    gone, ours, full = bool(_GONE.search(text)), bool(_OURS.search(text)), bool(_FULL.search(text))
    if gone and ours:
        # Both kinds of words: the class of the code decides, and in doubt nobody is held back.
        gone = codes[0] in (1, 2) and codes not in ((1, 7), (1, 8)) and not _names_us(text)
        ours = not gone
    if full and not ours and codes[0] not in (1, 7):
        return Cause.SOFT
    if ours or (codes[0] in (6, 7) and not gone) or codes in ((1, 7), (1, 8), (3, 4), (2, 3)):
        return Cause.OURS
    if temporary:
        return Cause.SOFT
    if gone or codes in _DEAD_CODES:
        return Cause.HARD
    return Cause.SOFT


_US = re.compile(
    r"black ?list|block ?list|\brbl\b|dnsbl|spamhaus|spamcop|reputation|\bspf\b|\bdkim\b|\bdmarc\b"
    r"|sender (?:address )?(?:rejected|verif|unknown)|your ip|ip address",
    re.IGNORECASE,
)


def _names_us(text: str) -> bool:
    return _US.search(text) is not None
