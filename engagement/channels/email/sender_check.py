"""Whether the domain in From vouches for a message: what our receiving server found, or our own look.

Standards: RFC 8601 (Authentication-Results), RFC 7208 (SPF), RFC 6376 (DKIM), RFC 7489 (DMARC alignment).
"""

from __future__ import annotations

import functools
import ipaddress
import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import dkim
import dns.exception
import dns.resolver
import spf
from publicsuffixlist import PublicSuffixList

DNS_SECONDS = 3.0
MAX_HEADERS = 10
MAX_HEADER_LENGTH = 4_000
MAX_SIGNATURES = 3
ANY_SERVER = "*"  # an organization whose server removes foreign results and writes no name of its own
_COMMENT_DEPTH = 5
_METHODS = frozenset({"spf", "dkim", "dmarc"})
# What broken signatures and keys make the library raise.
_BROKEN_SIGNATURE = (dkim.DKIMException, ValueError, TypeError, LookupError, AttributeError)
_LOGGER = logging.getLogger("vilarejo.dkim")
_LOGGER.setLevel(logging.CRITICAL)  # a signature that does not hold is a result, not an error of ours
_TAG = re.compile(r"^\s*([a-z]{1,8})\s*=\s*([^;]{0,200}?)\s*$", re.IGNORECASE)


class Verdict(StrEnum):
    """``unknown``: nobody vouches for the sender, and nobody says that it is forged."""

    VERIFIED = "verified"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SenderCheck:
    """What was found about a sender. ``checked_by`` names the server that says so, empty for our own look."""

    verdict: Verdict
    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    checked_by: str = ""


class LookupFailed(Exception):
    """DNS did not answer: the check can be tried again later."""


# What a receiving server says ------------------------------------------------------------------------------


def read_results(values: Sequence[str], *, from_domain: str, trusted: Sequence[str]) -> SenderCheck | None:
    """Return what the fields Authentication-Results (``values``, topmost first) say; None when they settle nothing.

    A result counts when a server of ``trusted`` wrote it. Of others only a failure counts: anybody can write that a
    message passed, nobody who forges one writes that it failed.
    """
    known = {name.strip().lower() for name in trusted if name.strip()}
    failed: SenderCheck | None = None
    for value in values[:MAX_HEADERS]:
        server, results = _parse(value[:MAX_HEADER_LENGTH])
        if not results:
            continue
        found = _judge(results, from_domain=from_domain, checked_by=server)
        if server in known or ANY_SERVER in known:
            return found
        if found.verdict is Verdict.FAILED:
            failed = failed or found
    return failed


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    result: str
    domain: str


def _parse(value: str) -> tuple[str, list[_Result]]:
    """Return the server's name ("" where it writes none, as Microsoft's does) and its results."""
    parts = [part.split() for part in _without_comments(value).split(";")]
    server = parts[0][0].lower() if parts[0] and "=" not in parts[0][0] else ""
    found = []
    for words in parts:
        pairs = [word.partition("=") for word in words if "=" in word]
        if not pairs:
            continue
        method = pairs[0][0].lower().partition("/")[0]
        if method in _METHODS:
            properties = {name.lower(): given.strip("\"'") for name, _, given in pairs[1:]}
            found.append(_Result(method, pairs[0][2].lower(), _domain_in(properties)))
    return server[:255], found


def _domain_in(properties: dict[str, str]) -> str:
    names = ("header.d", "header.i", "smtp.mailfrom", "smtp.mail", "header.from", "smtp.helo")
    given = next((properties[name] for name in names if properties.get(name)), "")
    return given.rpartition("@")[2].strip("<>").lower()


def _without_comments(value: str) -> str:
    depth, kept = 0, []
    for letter in value:
        if letter == "(":
            depth = min(depth + 1, _COMMENT_DEPTH)
        elif letter == ")":
            depth = max(depth - 1, 0)
        elif depth == 0:
            kept.append(letter)
    return "".join(kept)


def _judge(results: Iterable[_Result], *, from_domain: str, checked_by: str) -> SenderCheck:
    """DMARC decides where a server states it; else a pass of SPF or DKIM for the domain in From."""
    by_method: dict[str, list[_Result]] = {"spf": [], "dkim": [], "dmarc": []}
    for result in results:
        by_method[result.method].append(result)
    dmarc = by_method["dmarc"][0].result if by_method["dmarc"] else ""
    said = {name: _best(by_method[name]) for name in ("spf", "dkim")}
    aligned = any(
        one.result == "pass" and is_aligned(one.domain, from_domain) for one in (*by_method["spf"], *by_method["dkim"])
    )
    verdict = _verdict(dmarc=dmarc, spf=said["spf"], dkim=said["dkim"], aligned=aligned)
    return SenderCheck(verdict, spf=said["spf"], dkim=said["dkim"], dmarc=dmarc[:20], checked_by=checked_by)


def _best(results: Sequence[_Result]) -> str:
    if any(one.result == "pass" for one in results):
        return "pass"
    return results[0].result[:20] if results else ""


def _verdict(*, dmarc: str, spf: str, dkim: str, aligned: bool) -> Verdict:
    if dmarc in ("pass", "bestguesspass") or (dmarc != "fail" and aligned):
        return Verdict.VERIFIED
    if dmarc == "fail":
        return Verdict.FAILED
    return Verdict.FAILED if (spf == "fail" or dkim == "fail") and "pass" not in (spf, dkim) else Verdict.UNKNOWN


@functools.cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@functools.lru_cache(maxsize=4096)
def organizational_domain(domain: str) -> str:
    """Return the part of a domain that somebody registered (``loja.com.br`` of ``mail.loja.com.br``)."""
    name = domain.strip(".").lower()
    return _suffixes().privatesuffix(name) or name


def is_aligned(domain: str, from_domain: str, *, strict: bool = False) -> bool:
    """Whether a domain that passed speaks for the one in From (RFC 7489 section 3.1)."""
    if not domain or not from_domain:
        return False
    if strict:
        return domain == from_domain
    return organizational_domain(domain) == organizational_domain(from_domain)


# Our own look ----------------------------------------------------------------------------------------------


def verify_sender(raw: bytes, *, from_domain: str, mail_from: str = "", peer: str = "", helo: str = "") -> SenderCheck:
    """Check SPF (where a foreign ``peer`` brought the message itself), DKIM and the domain's DMARC policy.

    Asks DNS. Raises LookupFailed when DNS does not answer.
    """
    sent_by = _check_spf(mail_from, peer, helo)
    signed = _check_signatures(raw)
    policy = _dmarc_policy(from_domain)
    mail_domain = (mail_from.rpartition("@")[2] or helo).lower()
    aligned = sent_by == "pass" and is_aligned(mail_domain, from_domain, strict=policy.get("aspf") == "s")
    strict = policy.get("adkim") == "s"
    aligned = aligned or any(ok and is_aligned(domain, from_domain, strict=strict) for domain, ok in signed)
    by_dkim = "pass" if any(ok for _, ok in signed) else "fail" if signed else "none"
    # A list or a forwarder breaks SPF and DKIM of honest mail: without SPF's word the policy alone proves nothing.
    dmarc = "none" if not policy else "pass" if aligned else "fail" if sent_by else "none"
    verdict = _verdict(dmarc=dmarc, spf=sent_by, dkim=by_dkim if sent_by else "none", aligned=aligned)
    return SenderCheck(verdict, spf=sent_by, dkim=by_dkim, dmarc=dmarc)


def _check_spf(mail_from: str, peer: str, helo: str) -> str:
    """Return SPF's result; empty where the message came through a server of our own."""
    try:
        if not ipaddress.ip_address(peer).is_global:
            return ""
    except ValueError:
        return ""
    result, _explanation = spf.check2(i=peer, s=mail_from, h=helo or "unknown", timeout=DNS_SECONDS, querytime=10)
    if result == "temperror":
        raise LookupFailed("SPF")
    return str(result)


def _check_signatures(raw: bytes) -> list[tuple[str, bool]]:
    """Return the domain of each of the first signatures, and whether it holds."""
    found = []
    for number in range(MAX_SIGNATURES):
        holds, domain = _check_signature(raw, number)
        if not domain:
            break
        found.append((domain, holds))
    return found


def _check_signature(raw: bytes, number: int) -> tuple[bool, str]:
    """Whether signature ``number`` holds, and its domain; no domain where there is no such signature."""
    try:
        message = dkim.DKIM(raw, logger=_LOGGER)
    except dkim.DKIMException:
        return False, ""
    try:
        holds = bool(message.verify(idx=number, dnsfunc=_look_up_key))
    except _BROKEN_SIGNATURE:
        holds = False
    fields = getattr(message, "signature_fields", {})
    return holds, fields.get(b"d", b"").decode("ascii", "replace").lower()[:255]


def _look_up_key(name: bytes, timeout: float = DNS_SECONDS) -> bytes:
    texts = _texts(name.decode("ascii", "replace"))
    return texts[0].encode() if texts else b""


def _dmarc_policy(from_domain: str) -> dict[str, str]:
    """Return the tags of the domain's DMARC record, or of the organizational domain's; empty without one."""
    for domain in dict.fromkeys((from_domain, organizational_domain(from_domain))):
        for text in _texts(f"_dmarc.{domain}"):
            if text.lower().replace(" ", "").startswith("v=dmarc1"):
                pairs = [found.groups() for part in text[:1_000].split(";") if (found := _TAG.match(part))]
                return {name.lower(): value.lower() for name, value in pairs}
    return {}


def _texts(name: str) -> list[str]:
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=DNS_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.Timeout, dns.resolver.NoNameservers, OSError) as error:
        raise LookupFailed(name) from error
    except dns.exception.DNSException:  # no name that DNS could have
        return []
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
