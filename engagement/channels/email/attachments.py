"""Names and types of attached files: names that are safe to store, types that the bytes themselves tell."""

from __future__ import annotations

import mimetypes
import re
import unicodedata

import puremagic

from engagement.visible_text import visible_text

MAX_NAME = 150
_HEAD = 4_096

_UNSAFE = re.compile('[\x00-\x1f\x7f-\x9f<>:"|?*\u200b-\u200f\u2028-\u202f\u2066-\u2069\ufeff\ud800-\udfff]')
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")
_EXTENSIONS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "application/octet-stream": ".bin",
    "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/ms-tnef": ".dat",
}
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"{\\rtf", "application/rtf"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-executable"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "application/ogg"),
    (b"#!", "text/x-script"),
)
_ZIPPED = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"META-INF/MANIFEST.MF", "application/java-archive"),
)
_HTML = re.compile(
    rb"(?i)\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|script|body|iframe|title|style)\b",
    re.DOTALL,
)
_SVG = re.compile(rb"(?i)\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!doctype\s+svg[^>]{0,300}>\s*)?<svg\b")
_TEXT_CONTROLS = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")


def safe_filename(name: str, content_type: str, number: int) -> str:
    """``name`` as one harmless path component of at most MAX_NAME letters that keeps its extension.

    Folders, control and direction-changing characters go, so that ``gpj.exe`` cannot look like
    ``exe.jpg``. Without a usable name it is ``attachment-<number>`` and what the type suggests.
    """
    name = unicodedata.normalize("NFC", visible_text(_UNSAFE.sub("", name))).replace("\\", "/").rpartition("/")[2]
    name = " ".join(name.split()).strip(". ")
    if not name:
        extension = _EXTENSIONS.get(content_type) or mimetypes.guess_extension(content_type) or ".bin"
        return f"attachment-{number}{extension}"
    if _RESERVED.match(name):
        name = f"_{name}"
    if len(name) > MAX_NAME:
        stem, dot, extension = name.rpartition(".")
        suffix = dot + extension if 0 < len(extension) <= 10 and stem else ""
        name = name[: MAX_NAME - len(suffix)].rstrip(". ") + suffix
    return name


def sniff(content: bytes) -> str:
    """The media type that the first bytes show, ``text/plain`` for plain text, empty when they show none."""
    head = content[:_HEAD]
    if not head:
        return ""
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head.startswith(b"PK\x03\x04"):
        return _sniff_zip(content)
    if head.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:11] in (b"hei", b"hev", b"mif") else "video/mp4"
    if _SVG.match(head):
        return "image/svg+xml"
    if _HTML.match(head):
        return "text/html"
    if not _TEXT_CONTROLS.search(head):
        return "text/plain"
    return _sniff_rare(head)


def _sniff_zip(content: bytes) -> str:
    if content[30:38] == b"mimetype":
        length = int.from_bytes(content[18:22], "little")
        declared = content[38 : 38 + min(length, 100)].decode("ascii", "ignore")
        if re.fullmatch(r"application/[a-z0-9.+-]{1,90}", declared):
            return declared
    names = content[:65_536] + content[-65_536:]
    if b"[Content_Types].xml" in names:
        for folder, media_type in _ZIPPED[:3]:
            if folder in names:
                return media_type
    return _ZIPPED[3][1] if _ZIPPED[3][0] in names else "application/zip"


def _sniff_rare(head: bytes) -> str:
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    return next((match.mime_type for match in found if match.confidence >= 0.4 and match.mime_type), "")
