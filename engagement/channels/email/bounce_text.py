"""What mail servers write about a failed delivery where they keep to no standard: read by kinds of phrase.

Only looked at when the sender is known to be a machine. Bounded: a fixed number of lines, each of bounded length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_LINES = 400
MAX_LINE = 1_000
MAX_DETAIL = 1_000
MAX_ADDRESSES = 50

_FAILURE = re.compile(
    # English
    r"undeliver|non-?deliver|not (?:be )?(?:\w{1,12} )?(?:deliver|sent|reach|accept)"
    r"|deliver\w{0,3} (?:has )?(?:fail|error|problem|status|delay)"
    r"|fail\w{0,3} (?:to )?(?:deliver|permanent|recipient|notice|mail\b)|mail fail|(?:unable|impossible|problem"
    r"|error) (?:to |in |while |when |with )?(?:deliver|send|reach)"
    r"|error (?:has )?occur|(?:fatal|permanent|delivery|transient|following|smtp"
    r"|transport) (?:\w{1,12} )?(?:error|failure)|return(?:ed|ing)?[ :]{1,3}(?:mail|e-mail|message|to sender)"
    r"|(?:was|were|been|is|are|has) (?:\w{1,12} )?(?:reject|refus|block|bounced|return)|reject(?:ed|s) (?:your"
    r"|the|by|for)|did not (?:like|accept|respond)"
    r"|user (?:is )?unknown|unknown (?:user|recipient|local|address|mailbox)|no such (?:user|recipient|mailbox"
    r"|person|address|domain)"
    r"|mail ?box (?:\w{1,12} )?(?:full|unavailable|disabled|inactive|not found|does)|over ?quota|quota exceeded"
    r"|exceeded .{0,20}quota"
    r"|do(?:es)?(?: not|n't) (?:exist|have)|invalid (?:recipient|address|mailbox)|no valid recipient"
    r"|cannot (?:send|deliver|be)|can't (?:send|deliver)"
    r"|could ?n(?:o|')t (?:be|send|deliver)|gave up|giving up|deferred|still (?:being )?(?:re)?tr"
    r"|not yet been delivered|message (?:delayed|expired|rejected|blocked)"
    r"|host (?:unknown|not found)|unroutable|unrouteable|relay(?:ing)? (?:access )?denied|access denied"
    r"|loop detected|hop count|timed out|message size"
    r"|system error|esmtp error|nondeliverable|mail error|reasons? (?:for|of) (?:the )?(?:failure|return)"
    r"|failure reasons?"
    # Portuguese, Spanish
    r"|n[ãa]o (?:p[ôo]de|foi|pode|foram) (?:ser )?(?:poss[íi]vel )?(?:entreg|envia|encontr)|falha (?:na|de"
    r"|no) (?:entrega|envio)|n[ãa]o entreg|n[ãa]o existe"
    r"|usu[áa]rio (?:desconhecido|inexistente|n[ãa]o)|caixa (?:postal |de correio )?(?:cheia|lotada|inexistente)"
    r"|foi (?:rejeitad|recusad|devolvid)|mensagem (?:devolvida|rejeitada|n[ãa]o)"
    r"|no se (?:ha )?(?:pudo|podido|puede) entregar|error (?:de|en la) entrega|no (?:ha sido )?entregad"
    r"|usuario (?:desconocido|no)|buz[óo]n (?:lleno|de)|destinatario .{0,40}(?:no|desconocid)"
    # German, French, Italian, Dutch, Nordic, Polish
    r"|unzustellbar|nicht (?:\w{1,12} )?(?:zugestellt|zustellbar|erreicht|gesendet|existier)"
    r"|zustell\w{0,5} (?:fehl|an)|empf[äa]nger (?:unbekannt|nicht|existiert)|postfach (?:\w{1,12} )?voll"
    r"|fehlgeschlagen"
    r"|non (?:remis|distribu|d[ée]livr)|n'a (?:pas )?(?:pu|[ée]t[ée])|[ée]chec (?:de|d')|bo[îi]te .{0,20}pleine"
    r"|utilisateur inconnu|adresse .{0,20}inexist|n'existe pas"
    r"|mancat[ao] (?:recapito|consegna)|impossibile (?:recapitare|consegnare)"
    r"|non (?:[èe] stat[oa] )?(?:consegnat|recapitat)|casella piena|utente sconosciuto"
    r"|niet (?:\w{1,12} )?(?:bezorg|afgelever|verzonden)|onbestelbaar|bezorging|kunne ikke|kan inte|kunde inte"
    r"|nie (?:mo[żz]na|zosta[łl])|niedostarcz"
    # Russian, Japanese, Chinese, Korean
    r"|не (?:был[ао]? )?(?:достав|удалось|существует|может)|недоставл|ошибка|переполнен|送信できま|送れません"
    r"|配信できま|配信不能"
    r"|配送できま|届けら|届きません|存在しま|見つかり|エラー|失敗|一杯|拒否"
    r"|退信|退回|无法|無法|失败|失敗|不存在|被拒|반송|전송 ?실패|실패",
    re.IGNORECASE,
)
_REPLY = re.compile(
    r"(?:^|[\s(<\[:;,'\"#=>|])([45]\d\d)(?:[- ]{1,3}#?[(]?([45]\.\d{1,3}\.\d{1,3})\b|[- ](?=[<'\"A-Za-z(\[#]))"
    r"|#?\b([45]\.\d{1,3}\.\d{1,3})\b"
)
_SAID = re.compile(
    r"\b(?:host|server|mx)\b.{0,200}\b(?:said|replied|responded|answered|returned)\b|remote host said|<<< ?[45]\d\d",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"delay|still (?:being )?(?:re)?tr|will (?:be )?(?:retr|continue|keep|try)|not yet (?:been )?deliver|warning"
    r"|temporar|deferred"
    r"|queued for|no action is required|do not need to resend|atrasad|retrasad|verz[öo]ger|en attente|ritard"
    r"|vertraag|отлож|задерж|遅延|延迟",
    re.IGNORECASE,
)
_FINAL = re.compile(
    r"permanent|fatal|gave up|giving up|(?:could|can|was|will) ?not be (?:delivered|sent)|failed|undeliverable"
    r"|returned|rejected|expired|cannot send message for"
    r"|unable to deliver|user unknown|unknown user|does not exist|no such|n[ãa]o (?:p[ôo]de|foi)|falha|error occurred",
    re.IGNORECASE,
)
# Not the full-width and East Asian marks that stand before an address without a blank.
_LETTERS = r"A-Za-z0-9\x80-\u2fff\u3005-\ufefe\U00010000-\U0010ffff"
_ADDRESS = re.compile(
    rf"[{_LETTERS}!#$%&'*+/=?^_`{{|}}~.-]{{1,64}}@[{_LETTERS}-]{{1,63}}(?:\.[{_LETTERS}-]{{1,63}}){{0,8}}"
)
_FIELD = re.compile(
    r"[ \t>|]{0,8}(?:received|return-path|message-id|from|to|subject|date|mime-version|content-type"
    r"|x-[a-z0-9-]{1,40}|dkim-signature|delivered-to"
    r"|reply-to|user-agent|cc|sender|in-reply-to|references|content-transfer-encoding):",
    re.IGNORECASE,
)
# RFC 3464 section 2: where the part that holds them is broken or mislabelled.
_STATUS_FIELD = re.compile(
    rb"(?im)^[ \t>]{0,4}(?:(?:final|original)-recipient:[ \t]{0,4}[a-z0-9-]{1,20}[ \t]{0,4};"
    rb"|action:[ \t]{0,4}(?:failed|delayed)\b"
    rb"|diagnostic-code:[ \t]{0,4}[a-z-]{1,20};|reporting-mta:|remote-mta:)"
)
_SIGN_OF_COPY = re.compile(
    r"^[\s\-=*_>#]{0,20}(?:(?:below|following|above|here)?.{0,40}(?:copy of|original|returned|unsent"
    r"|undelivered) .{0,20}(?:message|mail|headers?)\b|message headers? follow"
    r"|mensagem original|mensaje original|urspr[üu]ngliche nachricht|message d'origine|元のメ|原邮件)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a server says above the copy of what came back, line by line; ``has_copy`` says that such a copy follows."""

    lines: tuple[str, ...]
    has_copy: bool

    @property
    def says_failure(self) -> bool:
        """Whether a phrase of failure stands in it."""
        return any(_FAILURE.search(line) for line in self.lines)

    @property
    def has_reply(self) -> bool:
        """Whether it repeats what another server answered (RFC 5321 section 4.2, RFC 3463)."""
        return any(_REPLY.search(line) or _SAID.search(line) for line in self.lines)


def read_notice(text: str) -> Notice:
    """Cut ``text`` where the copy of the returned message begins: at its header, whatever words stand above."""
    lines = [line[:MAX_LINE].rstrip() for line in text.split("\n", MAX_LINES)[:MAX_LINES]]
    for number, line in enumerate(lines):
        if _FIELD.match(line) and sum(bool(_FIELD.match(one)) for one in lines[number : number + 8]) >= 3:
            return Notice(tuple(lines[:number]), has_copy=True)
    marked = any(_SIGN_OF_COPY.match(line) for line in lines)
    return Notice(tuple(lines), has_copy=marked)


def says_failure(text: str) -> bool:
    """Whether one line, as a subject, tells of a failed delivery."""
    return _FAILURE.search(text[:MAX_LINE]) is not None


def has_status_fields(raw: bytes) -> bool:
    """Whether fields of a delivery status stand anywhere in the source, at least two of them."""
    found = _STATUS_FIELD.finditer(raw)
    return next(found, None) is not None and next(found, None) is not None


def is_delay(subject: str, notice: Notice) -> bool:
    """Whether the server says that it goes on trying."""
    said = "\n".join([subject, *notice.lines[:60]])
    if not _DELAY.search(said):
        return False
    if _DELAY.search(subject) and not _FINAL.search(subject):
        return True
    return not _FINAL.search(said)


def addresses_in(notice: Notice) -> list[str]:
    """The addresses that the server names, in order."""
    found: dict[str, None] = {}
    for line in notice.lines:
        for match in _ADDRESS.findall(line):
            found.setdefault(match.strip(".'`").rstrip("-"))
        if len(found) >= MAX_ADDRESSES:
            break
    return list(found)[:MAX_ADDRESSES]


def explain(notice: Notice, address: str) -> str:
    """What is said of ``address``: from its line to the next address, or all lines that tell of failure."""
    wanted = address.lower()
    if wanted:
        for number, line in enumerate(notice.lines):
            if wanted in line.lower():
                said = _block(notice.lines, number, wanted)
                if _REPLY.search(said) or _FAILURE.search(said.replace(address, "")):
                    return said[:MAX_DETAIL]
    telling = [
        line.strip() for line in notice.lines if _REPLY.search(line) or _FAILURE.search(line) or _SAID.search(line)
    ]
    return " ".join(telling[:12])[:MAX_DETAIL]


def _block(lines: tuple[str, ...], number: int, wanted: str) -> str:
    kept = [lines[number].strip()]
    for line in lines[number + 1 : number + 12]:
        other = _ADDRESS.search(line)
        if other and wanted not in line.lower() and not _REPLY.search(line):
            break
        kept.append(line.strip())
    return " ".join(part for part in kept if part)
