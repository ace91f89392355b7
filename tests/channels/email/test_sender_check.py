"""Who really sent an email: what servers wrote, and what DNS says, asked of a real server on loopback."""

import socket
import threading
import time

import dkim
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from engagement.channels.email.parsing import parse
from engagement.channels.email.sender_check import (
    LookupFailed,
    Verdict,
    is_aligned,
    organizational_domain,
    read_results,
    verify_sender,
)
from tests.channels.email.corpora import corpus

FROM = "cliente.example"
OURS = ["mx.pedralva.example"]


def verdict(*values: str, trusted=OURS, domain=FROM):
    found = read_results(values, from_domain=domain, trusted=trusted)
    return found and str(found.verdict)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("mx.pedralva.example; dmarc=pass header.from=cliente.example", "verified"),
        (
            "mx.pedralva.example; spf=fail smtp.mailfrom=x.example; dkim=none; dmarc=fail header.from=a.example",
            "failed",
        ),
        ("mx.pedralva.example 1; dkim=pass (2048 bits; ok) header.d=mail.cliente.example", "verified"),
        ("mx.pedralva.example; spf=pass smtp.mailfrom=bounce@cliente.example", "verified"),
        ("mx.pedralva.example; spf=pass smtp.mailfrom=other.example; dkim=none", "unknown"),
        ("mx.pedralva.example; spf=fail smtp.mailfrom=cliente.example", "failed"),
        ("mx.pedralva.example; spf=softfail smtp.mailfrom=cliente.example; dkim=none; dmarc=none", "unknown"),
        ('mx.pedralva.example; dkim=fail reason="bad; body" header.d=cliente.example; spf=none', "failed"),
        ("mx.pedralva.example; dkim=fail header.d=l.example; dkim=pass header.d=cliente.example", "verified"),
        ("MX.Pedralva.Example ; DMARC=Pass header.from=cliente.example", "verified"),
        ("mx.pedralva.example; none", None),
        ("mx.pedralva.example; iprev=pass policy.iprev=1.2.3.4", None),
    ],
)
def test_our_servers_results_are_believed(value, expected):
    assert verdict(value) == expected


def test_of_foreign_servers_only_a_failure_counts():
    assert verdict("mx.attacker.example; dmarc=pass header.from=cliente.example") is None
    assert verdict("mx.relay.example; dmarc=fail header.from=cliente.example") == "failed"
    assert verdict("mx.relay.example; dmarc=fail", "mx.pedralva.example; dmarc=pass header.from=x") == "verified"


def test_of_several_results_of_our_server_the_topmost_counts():
    assert verdict("mx.pedralva.example; dmarc=fail", "mx.pedralva.example; dmarc=pass") == "failed"


def test_a_server_that_writes_no_name_is_believed_only_where_all_are():
    value = "spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=cliente.example; dmarc=pass action=none"
    assert verdict(value) is None
    assert verdict(value, trusted=["*"]) == "verified"


@pytest.mark.parametrize("value", ["(" * 100_000, ";" * 100_000, "a=b " * 50_000, '"' * 100_000, "spf=" * 50_000])
def test_results_made_to_be_slow_are_read_at_once(value):
    began = time.perf_counter()
    verdict(f"mx.pedralva.example; {value}")
    assert time.perf_counter() - began < 0.2


def test_domains_are_compared_by_what_somebody_registered():
    assert organizational_domain("mail.loja.com.br") == "loja.com.br"
    assert is_aligned("news.loja.com.br", "loja.com.br")
    assert not is_aligned("outra.com.br", "loja.com.br")
    assert not is_aligned("news.loja.com.br", "loja.com.br", strict=True)
    assert not is_aligned("", "loja.com.br")


def test_a_spoofed_sender_of_the_cases_fails():
    parsed = parse((corpus("mail-cases") / "t01-spoofed-sender.eml").read_bytes())
    found = read_results(parsed.authentication_results, from_domain=FROM, trusted=())
    assert found is not None
    assert (found.verdict, found.spf, found.dmarc) == (Verdict.FAILED, "fail", "fail")
    assert found.checked_by == "mx.pedralva.example"


# Against DNS -------------------------------------------------------------------------------------------------


class DnsServer:
    """Answers TXT and A from a dictionary; ``silent`` answers nothing."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        self.silent = False
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.1)
        self.open = True
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while self.open:
            try:
                data, peer = self.socket.recvfrom(4096)
            except TimeoutError:
                continue
            except OSError:
                return
            if not self.silent:
                self.socket.sendto(self._answer(data), peer)

    def _answer(self, data: bytes) -> bytes:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text().rstrip(".").lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        response = dns.message.make_response(query)
        found = self.records.get((name, kind))
        if found:
            response.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, found))
        elif not any(one == name for one, _ in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()

    def close(self) -> None:
        self.open = False
        self.thread.join(2)
        self.socket.close()


@pytest.fixture
def zone(monkeypatch):
    server = DnsServer()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.socket.getsockname()[1]
    monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
    yield server
    server.close()


@pytest.fixture(scope="module")
def key():
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, "".join(public.decode().splitlines()[1:-1])


MAIL = (
    b"From: Ana Prado <ana@cliente.example>\r\nTo: care@pedralva.example\r\nSubject: Where is it?\r\n"
    b"Date: Sun, 22 Nov 2026 10:00:00 -0300\r\nMessage-ID: <one@cliente.example>\r\n\r\nHello, where is it?\r\n"
)


def signed(key, raw=MAIL, domain=b"cliente.example") -> bytes:
    return dkim.sign(raw, b"s1", domain, key[0]) + raw


def publish_key(zone, key, domain="cliente.example"):
    half = len(key[1]) // 2
    zone.records[f"s1._domainkey.{domain}", "TXT"] = [f'"v=DKIM1; k=rsa; p={key[1][:half]}" "{key[1][half:]}"']


def test_a_signature_of_the_domain_verifies_the_sender(zone, key):
    publish_key(zone, key)
    found = verify_sender(signed(key), from_domain=FROM)
    assert (found.verdict, found.dkim) == (Verdict.VERIFIED, "pass")


def test_a_changed_body_is_no_proof_and_no_accusation_where_spf_is_unknown(zone, key):
    publish_key(zone, key)
    found = verify_sender(signed(key).replace(b"where is it", b"pay this key"), from_domain=FROM)
    assert (found.verdict, found.dkim) == (Verdict.UNKNOWN, "fail")


def test_a_signature_of_another_domain_does_not_verify(zone, key):
    publish_key(zone, key, "attacker.example")
    found = verify_sender(signed(key, domain=b"attacker.example"), from_domain=FROM)
    assert (found.verdict, found.dkim) == (Verdict.UNKNOWN, "pass")


def test_spf_of_the_domain_verifies_and_its_policy_condemns(zone):
    zone.records["cliente.example", "TXT"] = ['"v=spf1 ip4:203.0.114.7 -all"']
    zone.records["_dmarc.cliente.example", "TXT"] = ['"v=DMARC1; p=reject"']
    good = verify_sender(
        MAIL, from_domain=FROM, mail_from="ana@cliente.example", peer="203.0.114.7", helo="mx.a.example"
    )
    assert (good.verdict, good.spf, good.dmarc) == (Verdict.VERIFIED, "pass", "pass")
    bad = verify_sender(MAIL, from_domain=FROM, mail_from="ana@cliente.example", peer="198.18.0.9", helo="x.example")
    assert bad.spf == ""  # not a public address: a relay of our own brought it
    bad = verify_sender(MAIL, from_domain=FROM, mail_from="ana@cliente.example", peer="45.12.0.9", helo="x.example")
    assert (bad.verdict, bad.spf, bad.dmarc) == (Verdict.FAILED, "fail", "fail")


def test_the_policy_of_the_organizational_domain_holds_below_it(zone):
    zone.records["atacante.example", "TXT"] = ['"v=spf1 ip4:45.12.0.9 -all"']
    zone.records["_dmarc.cliente.example", "TXT"] = ['"v=DMARC1; p=quarantine; aspf=r"']
    found = verify_sender(
        MAIL, from_domain="mail.cliente.example", mail_from="x@atacante.example", peer="45.12.0.9", helo="x"
    )
    assert (found.verdict, found.spf, found.dmarc) == (Verdict.FAILED, "pass", "fail")


def test_nothing_published_says_nothing(zone):
    found = verify_sender(MAIL, from_domain=FROM, mail_from="ana@cliente.example", peer="45.12.0.9", helo="x")
    assert (found.verdict, found.spf, found.dkim, found.dmarc) == (Verdict.UNKNOWN, "none", "none", "none")


def test_silent_dns_is_told_from_no_record(zone, key, monkeypatch):
    monkeypatch.setattr("engagement.channels.email.sender_check.DNS_SECONDS", 0.2)
    zone.silent = True
    with pytest.raises(LookupFailed):
        verify_sender(signed(key), from_domain=FROM)


@pytest.mark.parametrize(
    "header",
    [
        b"DKIM-Signature: v=1\r\n",
        b"DKIM-Signature: \xff\xfe;;;===\r\n",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=cliente.example; s=s1; h=from; bh=!!!; b=!!!; l=-5\r\n",
        b"DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d="
        + b"a." * 300
        + b"; s=s1; h=from; bh=aaaa; b=aaaa\r\n",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=cliente.example; s=s1; h=" + b":" * 50_000 + b"; bh=a; b=a\r\n",
    ],
)
def test_broken_signatures_prove_nothing_and_end_soon(zone, header):
    began = time.perf_counter()
    found = verify_sender(header + MAIL, from_domain=FROM)
    assert found.verdict == Verdict.UNKNOWN
    assert time.perf_counter() - began < 2
