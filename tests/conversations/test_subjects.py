"""Subjects are compared by what they are about."""

import pytest

from conversations.actions.subjects import base_subject, reply_subject


@pytest.mark.parametrize(
    "subject",
    [
        "Pedido 12", "Re: Pedido 12", "RES: ENC: pedido  12", "AW: WG: Pedido 12", "SV: VS: Pedido 12",
        "Re[2]: Pedido 12",
        "Fwd: [lista] Re: Pedido 12", "RE : Pedido 12", "回复：Pedido 12", "Ynt: Pedido 12", "Re: Pedido 12 (fwd)",
    ],
)  # fmt: skip
def test_prefixes_and_list_tags_do_not_count(subject):
    assert base_subject(subject) == "pedido 12"


@pytest.mark.parametrize("subject", ["", "Re:", "[lista]", "Result: 12", "Invoice", "Re Pedido"])
def test_other_words_count(subject):
    assert base_subject(subject) == {"Re:": ""}.get(subject, subject.casefold())


def test_an_answer_has_one_re():
    assert [reply_subject(one) for one in ("Pedido", "RES: Re: Pedido", "", "[x] Pedido")] == [
        "Re: Pedido", "Re: Pedido", "Re:", "Re: [x] Pedido",
    ]  # fmt: skip
