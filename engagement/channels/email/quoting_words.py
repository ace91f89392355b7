"""How mail programs introduce quotations and signatures, in the languages in which people meet them.

All patterns run on one line, or on a few joined ones, of bounded length, and none of them nests repetitions.
"""

from __future__ import annotations

import re

BLANKS = " \t\u00a0\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u1427"
_STANDARD_RULE = "-- "  # RFC 3676 section 4.3
_PLAIN_RULES = frozenset({"--", "—", "–"})  # the same, after a program has taken the blank away
RULE = re.compile(r"[-_=+~*#—–─━]{2,}|[—–]|(?:[-_=*] ){3,}[-_=*]")
GMAIL_MARK = "\u1427"
# The end of an attribution whose address was wrapped just before its bracket.
WRAPPED_END = re.compile(r">\s{0,3}(?:\w{1,12}(?: \w{1,12})?)?\s{0,2}[:：]$")
INITIALS = re.compile(r"[A-Z]{1,3}>(?:\s|$)")

_VERB = re.compile(
    r"\b(?:wrote|writes|escreveu|escribió|escribe|a écrit|écrit|schrieb|geschrieben|ha scritto|scrisse|schreef"
    r"|geschreven|skrev|kirjoitti|napisał|napisała|pisze|napsal|napsala|napísal|napísala|írta|a scris|написал"
    r"|написала|пишет|написав|написала|пише|написа|έγραψε|yazdı|đã viết|menulis|va escriure|escribiu|idatzi du"
    r"|je napisao|je napisala|је написао|је написала|je napisal|kirjutas|rakstīja|rašė|skrifaði)\b"
    r"|写道|寫道|写信|のメール|書きました|작성|님이 쓴|كتب|כתב|נכתב|نوشت|เขียนว่า|ने लिखा",
    re.IGNORECASE,
)
_START = re.compile(
    r"(?:on|at|em|no dia|el|en|le|am|op|il|den|dne|dnia|w dniu|pada|vào|la|pe|a|em|στις|в|у|на|em|em data|del|em"
    r"|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|seg|ter|qua|qui|sex|s[áa]b|dom|lun|mar|mer|jeu|ven|sam|dim"
    r"|mo|di|mi|do|fr|sa|so|ma|wo|vr|za|zo|tir|ons|tor|fre|lør|søn|mån|tis|lör|sön"
    r"|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|пн|вт|ср|чт|пт|сб|вс|нд)\b[.,]?\s"
    r"|[^\W\d_]{2,5}\.?,\s?\d|\d{1,4}[\s./-]|\d{1,2}\s?\w+\.?\s|\d{4}年|在|بتاريخ|في|ב-?|\"[^\"]{1,80}\"|[^<>\d]{1,80}<[^<>\s]+@[^<>\s]+>"
    r"|[^<>\d]{1,80}\([^()\s]+@[^()\s]+\)|[^\s<>]+@[^\s<>]+\s",
    re.IGNORECASE,
)
_SOME_FACT = re.compile(r"\d|@")
_TRIM = "-*_ \t\u00a0\u200b\u200e\u200f"
# Gmail in some languages, and other programs, write a date and a name and no verb at all.
_BARE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[ ,T]"
    r"(?:\s?\d{1,2}:\d\d(?::\d\d)? (?:GMT|UTC)[+-]\d\d:?\d\d \S.*|[^<>]{1,80}<[^<>\s]+@[^<>\s]+>:?)"
)

# Yandex and mail.ru: a full date, a name, an address in brackets, a colon.
_DATED_ADDRESS = re.compile(r"[^<>]{0,200}<[^<>\s@]{1,64}@[^<>\s]{1,255}>\s{0,2}[:：]")


def may_end_attribution(line: str) -> bool:
    """A cheap look at the end of a line: could an attribution end here?"""
    end = line[-40:].rstrip(_TRIM)
    if not end:
        return False
    return end[-1] in ":：" or end.endswith("wrote") or bool(line[:4].isdigit() and _BARE.match(line))


def is_attribution(text: str) -> bool:
    """Whether ``text`` is "On 3 May 2024, Ana <ana@example.com> wrote:" in any of the languages."""
    text = " ".join(text.strip(_TRIM).split())
    if _BARE.fullmatch(text) or (_DATED_ADDRESS.fullmatch(text) and _YEAR.search(text) and _TIME.search(text)):
        return True
    if not text or text.startswith("mailto:") or (text[-1] not in ":：" and not text.endswith("wrote")):
        return False
    opening, closing = text.find("<"), text.find(">")
    if 0 <= closing < opening or (opening < 0 <= closing):
        return False
    return bool(_SOME_FACT.search(text) and _VERB.search(text) and _START.match(text))


_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{2,}")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\d{4}年|\b\d{1,2}/\d{1,2}/\d\d\b")
_TIME = re.compile(r"\b\d{1,2}[:.h]\d\d\b|時|点|上午|下午|오전|오후")
_WEEKDAY = re.compile(
    r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b|\b(?:seg|ter|qua|qui|sex|s[áa]b|dom)\b"
    r"|(?:segunda|ter[çc]a|quarta|quinta|sexta)-feira|s[áa]bado|domingo|\b(?:lun|mar|mié|mie|jue|vie|mer|jeu|ven|sam)\b"
    r"|\b(?:lunes|martes|mi[ée]rcoles|jueves|viernes)\b|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b"
    r"|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\b|\b(?:mo|di|mi|do|fr|sa|so)\b[.,]"
    r"|\b(?:luned|marted|mercoled|gioved|venerd)ì\b|\b(?:maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)\b",
    re.IGNORECASE,
)
_NAME_BEFORE_VERB = re.compile(r"(?:\d|[,:.])\s{0,3}(?:uhr |às |kl )?([^\d,:]{2,60}?)\s{0,3}[:：]?$")


def has_address(line: str) -> bool:
    """Whether an e-mail address stands in the line."""
    return "@" in line and _ADDRESS.search(line[:400]) is not None


def is_certain_attribution(text: str) -> bool:
    """Whether a program wrote it: it names an address, or a day of the week, a year and a time, or somebody's name
    behind a full date. "Em 3 de maio, o técnico escreveu:" is what a person writes.
    """
    if has_address(text) or _BARE.fullmatch(" ".join(text.strip(_TRIM).split())):
        return True
    if not (_YEAR.search(text) and _TIME.search(text)):
        return False
    return _WEEKDAY.search(text) is not None or _ends_with_name(text)


def _ends_with_name(text: str) -> bool:
    """The words between the date and the verb are capitalized as names are."""
    without_verb = _VERB.sub("", " ".join(text.split())).strip(_TRIM + ":：")
    found = _NAME_BEFORE_VERB.search(without_verb)
    named = [word for word in found[1].split() if len(word) > 3] if found else []
    return bool(named) and all(word[0].isupper() or not word[0].isascii() for word in named)


_MARK = re.compile(r"[\s*_>]{0,10}-{2,}\s?[*_]{0,2}[^\W\d_][^-<>@]{3,60}[*_]{0,2}\s?-{2,}[\s*_]{0,10}")
_FORWARDS = (
    "begin forwarded message",
    "início da mensagem encaminhada",
    "início da mensagem reencaminhada",
    "inicio del mensaje reenviado",
    "début du message réexpédié",
    "début du message transféré",
    "anfang der weitergeleiteten nachricht",
    "anfang der weitergeleiteten e-mail",
    "inizio messaggio inoltrato",
    "begin doorgestuurd bericht",
    "start på videresendt melding",
    "start på videresendt besked",
    "vidarebefordrat brev",
    "początek przekazywanej wiadomości",
    "начало переадресованного сообщения",
    "下面是被转发的邮件",
    "開始轉寄郵件",
    "転送されたメッセージ",
    "전달된 메시지 시작",
)


_KNOWN_MARK = re.compile(
    r"origin|forward|fwd|weitergeleitet|ursprüngliche|encaminhad|reencaminhad|reenviad|transfér|transmis|réexpédi"
    r"|inoltrat|doorgestuurd|oorspronkelijk|vidarebefordra|ursprungligt|videresend|oprindelig|opprinnelig"
    r"|alkuperäinen|välitetty|przekaz|przesłan|oryginaln|пересл|перенаправ|пересыл|исходн|оригинал|původní|přeposlan"
    r"|pôvodná|eredeti|továbbított|mesaj|iletilen|αρχικό|προωθημένο|原始|原邮件|转发|轉寄|轉發|転送|元のメッセージ|전달|원본|הודעה|מקור"
    r"|الرسالة|pesan asli|diteruskan|gốc|chuyển tiếp",
    re.IGNORECASE,
)
_REPLY_ABOVE = re.compile(
    r"\b(?:reply|respond|write|type)\b.{0,40}\babove\b.{0,20}\bline\b|above this line"
    r"|(?:responda|escreva|resposta).{0,30}acima d(?:esta|a) linha|(?:responda|escriba).{0,30}(?:encima|arriba) de est"
    r"|(?:oberhalb|über) dieser (?:linie|zeile)|au[- ]dessus de cette ligne|sopra questa (?:linea|riga)"
    r"|boven deze (?:lijn|regel)",
    re.IGNORECASE,
)


def is_reply_above(line: str) -> bool:
    """Whether ``line`` asks to write above it, as help desks do."""
    return len(line) <= 200 and _REPLY_ABOVE.search(line) is not None


def is_known_mark(line: str) -> bool:
    """Whether the words between the dashes are those of a program: "Original Message", "Mensagem encaminhada"."""
    return (
        _KNOWN_MARK.search(line[:100]) is not None
        or is_reply_above(line)
        or line.strip("*_> :：\u00a0\t").lower() in _FORWARDS
    )


def is_mark(line: str) -> bool:
    """``-----Original Message-----`` and its like: some words between dashes; or Apple's forwarded mail."""
    if line[-1] in ":：" and line.strip("*_ :：").lower() in _FORWARDS:
        return True
    return "--" in line[:20] and _MARK.fullmatch(line) is not None and " wrote" not in line


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


FROM = _names(
    "from|от кого|expéditeur|de|von|da|van|från|fra|od|от|від|од|lähettäjä|feladó|kimden|gönderen|发件人|發件人|"
    "寄件者|寄件人|差出人|送信者|보낸 사람|보낸사람|من|מאת|από|expéditeur|remitente|remetente|mittente|nadawca|"
    "odesílatel|expeditor|de la|avsender|avsändare|afsender|afzender|absender|saatja|nuo|no"
)
_FURTHER = _names(
    "sent|date|to|cc|cci|cco|bcc|subject|reply-to|reply to|importance|priority|attachments|enviado|"
    "enviada|enviada em|enviado em|enviado el|enviado a|data|data/hora|fecha|para|assunto|asunto|cópia|"
    "responder a|responder para|envoyé|envoyé le|à|objet|répondre à|copie à|gesendet|gesendet am|datum|"
    "an|betreff|kopie|antwort an|inviato|a|oggetto|risposta|rispondi a|verzonden|aan|onderwerp|skickat|"
    "till|ämne|kopia|svara till|sendt|til|emne|dato|kopi|wysłano|wysłane|do|temat|dw|отправлено|"
    "отправлен|дата|кому|тема|копия|копія|надіслано|lähetetty|vastaanottaja|kopio|aihe|päivä|elküldve|"
    "címzett|másolatot kap|tárgy|dátum|odesláno|komu|předmět|predmet|odoslané|trimis|către|subiect|dată|"
    "gönderildi|gönderme|kime|bilgi|konu|tarih|发送时间|收件人|主题|抄送|日期|寄件日期|傳送時間|收件者|"
    "主旨|副本|送信日時|宛先|件名|日時|보낸 날짜|보낸 시간|받는 사람|받는사람|제목|참조|날짜|נשלח|אל|"
    "נושא|תאריך|إلى|الموضوع|التاريخ|στάλθηκε|προς|θέμα|ημερομηνία|kepada|subjek|tanggal|ngày|đến|chủ đề"
)
HEADER = FROM | _FURTHER
# Only mail programs say "sent"; a date alone is also in a delivery note.
_SENT = _names(
    "sent|enviado|enviada|enviada em|enviado em|enviado el|enviado a|envoyé|envoyé le|gesendet|gesendet am|inviato"
    "|verzonden|skickat|sendt|wysłano|wysłane|отправлено|отправлен|надіслано|lähetetty|elküldve|odesláno|odoslané"
    "|trimis|gönderildi|gönderme|发送时间|寄件日期|傳送時間|送信日時|보낸 날짜|보낸 시간|נשלח|στάλθηκε"
)


def tells_mail(line: str) -> bool:
    """Whether a header line is one that only a mail has: it names an address, or when it was sent."""
    if has_address(line) or header_name(line) in _SENT:
        return True
    return bool(_WEEKDAY.search(line[:200]) and _YEAR.search(line[:200]) and _TIME.search(line[:200]))


def header_name(line: str) -> str:
    """The name in front of the colon, in lower case, if ``line`` could be a header line; else empty."""
    head = line[:48]
    colon = head.find(":")
    if colon < 0:
        colon = head.find("：")
    return head[:colon].strip(" \t\u00a0*_>|\u200e").lower() if colon > 0 else ""


_SENT_FROM = re.compile(
    r"[\W_]{0,8}(?:"
    r"sent (?:from|via|with|using) .{1,100}"
    r"|sent by galaxy.{0,40}"
    r"|from my (?:i\w+|mobile|phone|cell|android|galaxy|blackberry|samsung|tablet|windows).{0,40}"
    r"|.{0,40}\bfrom (?:my )?mobile"
    r"|get (?:\W{0,2})outlook for .{1,80}"
    r"|(?:obter o|baixe o|descargar|obtener|obtén|télécharger?z?|scarica|hol(?:en)? sie sich) outlook .{1,80}"
    r"|envoyé (?:de|depuis|à partir d|avec|via)\W?.{1,80}|envoyée? (?:de|depuis) .{1,80}"
    r"|enviad[oa] (?:do|da|de|desde|a partir d|pelo|pela|via|com|con|por) .{1,80}"
    r"|verzonden (?:met|vanaf|via|door) .{1,80}"
    r"|(?:von|mit) meine[mr] .{1,60}gesendet.{0,40}|gesendet (?:von|mit|über|aus) .{1,80}"
    r"|diese nachricht wurde (?:von|mit) .{1,100}gesendet.{0,5}"
    r"|inviato (?:da|con|dal mio) .{1,80}|wysłan[eoy] z .{1,80}|sendt fra .{1,80}|skickat från .{1,80}"
    r"|lähetetty .{1,80}|отправлено (?:с|из|от) .{1,80}|надіслано з .{1,80}"
    r"|odesláno z .{1,80}|trimis (?:de pe|din) .{1,80}"
    r"|.{1,40} gönderildi|從我的 ?.{1,40}傳送|从我的 ?.{1,40}发送|发自我的.{0,40}|發自我的.{0,40}"
    r"|.{0,40}から送信|.{0,40}에서 보냄|.{0,40}에서 보냈습니다|נשלח מה.{1,40}|أرسلت من .{1,60}"
    r")",
    re.IGNORECASE,
)


def is_sent_from(line: str) -> bool:
    """Whether ``line`` is "Sent from my telephone" or what other devices and programs add below a message."""
    return len(line) <= 140 and _SENT_FROM.fullmatch(line) is not None


_CONTACT = re.compile(r"@|https?://|\bwww\.|\+?\d[\d\s().-]{6,}\d")
_FOOTER = re.compile(
    r"unsubscribe|reply to this e-?mail|reply here|mute this topic|stop (?:getting|receiving)|view it on"
    r"|you(?:'re| are) receiving this|descadastr|cancelar (?:a |sua )?inscri|você recebeu est[ae]|abmelden|désabonner"
    r"|darse de baja|\b(?:my|here's) signature\b",
    re.IGNORECASE,
)
_LISTED = re.compile(r"(?:[-*•]|\d{1,3}[.)])\s")
_SENTENCE_WORDS = 7
_LONGEST_CONTACT = 70


def is_signature(rule: str, below: list[str]) -> bool:
    """Whether the lines below a rule only say who wrote. A question, or more than a few lines, never do.

    Below RFC 3676's ``-- `` nearly anything short does; below the same without its blank, which people type too, no
    sentences; below any other rule only a name with its ways of contact, or what a list adds to every message.
    """
    if not below:
        return True
    if len(below) > MAX_SIGNATURE_LINES or any(line.rstrip(")\"'").endswith(("?", "？")) for line in below):
        return False
    if rule.lstrip() == _STANDARD_RULE:
        return not any(_LISTED.match(line) or _POSTSCRIPT.match(line) for line in below)
    if any(_FOOTER.search(line[:400]) for line in below):
        return True
    if rule.strip() in _PLAIN_RULES:
        return not any(_is_sentence(line) for line in below)
    return _is_contact_block(below)


MAX_SIGNATURE_LINES = 6
_POSTSCRIPT = re.compile(r"(?:p\.? ?s\.?|obs\.?|nb|n\.b\.|edit)(?: ?\d)?\s?[:.\-–—]", re.IGNORECASE)


def _is_sentence(line: str) -> bool:
    if _CONTACT.search(line[:400]) or is_sent_from(line):
        return False
    count = sum(word.strip(".,;:!()'\"").isalpha() for word in line.split())
    return count >= _SENTENCE_WORDS or (count >= 3 and line.endswith((".", "!", ";"))) or bool(_LISTED.match(line))


def _is_contact_block(below: list[str]) -> bool:
    """A name on the first line, and below it an address, a telephone, a site."""
    name, *facts = below
    return (
        bool(facts)
        and all(word[:1].isupper() or len(word) <= 3 for word in name.split())
        and not any(character.isdigit() for character in name)
        and len(name.split()) <= 5
        and not name.endswith((":", ",", ".", "!"))
        and all(len(line) <= _LONGEST_CONTACT and not _is_sentence(line) for line in facts)
        and any(_CONTACT.search(line) for line in facts)
    )
