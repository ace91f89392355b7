import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.channels.email.addresses import InvalidAddress, Mailbox, normalise, parse_mailboxes


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Ana.Souza@Exemplo.Example", "ana.souza@exemplo.example"),
        ("  ana@exemplo.example ", "ana@exemplo.example"),
        ("ana+loja@exemplo.example", "ana+loja@exemplo.example"),
        ("ANA@MÜNCHEN.example", "ana@xn--mnchen-3ya.example"),
        ("ana@xn--mnchen-3ya.example", "ana@xn--mnchen-3ya.example"),
        ("Jöhn@mächine.example", "jöhn@xn--mchine-bua.example"),
        ('"ana souza"@exemplo.example', '"ana souza"@exemplo.example'),
        ("ana@[192.0.2.7]", "ana@[192.0.2.7]"),
        ("root@localhost", "root@localhost"),
        ("a..b.@docomo.example", "a..b.@docomo.example"),
        ("o'neill/x=y@exemplo.example", "o'neill/x=y@exemplo.example"),
    ],
)
def test_one_person_has_one_form(written, normal):
    assert normalise(written) == normal
    assert normalise(normal) == normal


@pytest.mark.parametrize(
    "wrong",
    ["", "ana", "@exemplo.example", "ana@", "ana@-x.example", "ana@b@c.example", "a b@c.example", "a@b c.example",
     "a" * 65 + "@b.example", "a@" + "b." * 130 + "example", "a\n@b.example",
     "a@b.example\r\nBcc: c@d.example", "a\x00@b.example",
     "<a@b.example>", "a@b.example, c@d.example", "a@xn--a.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_a_sentence(wrong):
    with pytest.raises(InvalidAddress) as refusal:
        normalise(wrong)

    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    ("field", "mailboxes"),
    [
        ("ana@b.example", [("", "ana@b.example")]),
        ("Ana Souza <ana@b.example>", [("Ana Souza", "ana@b.example")]),
        ('"Souza, Ana" <ana@b.example>', [("Souza, Ana", "ana@b.example")]),
        ('"Ana \\"A\\" Souza" <ana@b.example>', [('Ana "A" Souza', "ana@b.example")]),
        ("ana@b.example (Ana Souza)", [("Ana Souza", "ana@b.example")]),
        ("=?utf-8?q?Jos=C3=A9?= <j@b.example>", [("José", "j@b.example")]),
        ("=?utf-8?q?Jos=C3=A9,_Lda?= <j@b.example>", [("José, Lda", "j@b.example")]),
        ('"=?utf-8?b?Sm9zw6k=?=" <j@b.example>', [("José", "j@b.example")]),
        ("a@b.example, c@d.example", [("", "a@b.example"), ("", "c@d.example")]),
        ("a@b.example; c@d.example", [("", "a@b.example"), ("", "c@d.example")]),
        ("undisclosed-recipients:;", []),
        ("Team: Ana <a@b.example>, c@d.example;, e@f.example",
         [("Ana", "a@b.example"), ("", "c@d.example"), ("", "e@f.example")]),
        ("Pete(A wonderful \\) chap) <pete(his account)@silly.test(his host)>", [("Pete", "pete@silly.test")]),
        ("<@first.example,@second.example:ana@b.example>", [("", "ana@b.example")]),
        ("Souza, Ana <a@b.example>", [("Ana", "a@b.example")]),
        ("ana@b.example <ana@b.example>", [("ana@b.example", "ana@b.example")]),
        ("Ana a@b.example", [("Ana", "a@b.example")]),
        ("Ana <a@b.example", [("Ana", "a@b.example")]),
        ('"Ana <a@b.example>', [('"Ana', "a@b.example")]),
        ("'Ana' <a@b.example>", [("Ana", "a@b.example")]),
        ("Ana <mailto:a@b.example>", [("Ana", "mailto:a@b.example")]),
        ('"john doe"@b.example', [("", '"john doe"@b.example')]),
        (", a@b.example,,", [("", "a@b.example")]),
        ("root", []),
        ("", []),
        ("<>", []),
    ],
)  # fmt: skip
def test_mailboxes_are_read_as_people_meant_them(field, mailboxes):
    assert parse_mailboxes(field) == tuple(Mailbox(*mailbox) for mailbox in mailboxes)


@given(st.text(alphabet='ab@<>,;:()"\\ .=?\t', max_size=200))
def test_no_field_is_too_broken(field):
    for mailbox in parse_mailboxes(field):
        assert "@" in mailbox.address
        assert mailbox.name == mailbox.name.strip()


@pytest.mark.parametrize("piece", ['"', '\\"', "(", "<", "a@b, ", "=?a?q?x", "a ", ":", "a@b.example "])
def test_a_long_field_takes_no_longer_than_its_length(piece):
    field = piece * (256 * 1024 // len(piece))
    begun = time.process_time()

    parse_mailboxes(field)

    assert time.process_time() - begun < 1
