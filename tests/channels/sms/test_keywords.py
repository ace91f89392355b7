"""Words that steer what we send; sentences that only sound like them."""

import pytest

from engagement.channels.sms.keywords import keyword_of, sounds_like_stop

STOP = [
    *("STOP", "StopAll", "stop all", "UNSUBSCRIBE", "cancel", "End", "QUIT", "revoke", "OPT OUT", "opt-out", "OptOut"),
    *("SAIR", "Parar", "CANCELAR", "descadastrar", "  stop.  ", "Stop!", "“SAIR”", "sair…"),
]


@pytest.mark.parametrize("text", STOP)
def test_words_that_stop(text):
    found = keyword_of(text)
    assert found is not None
    assert found.meaning == "unsubscribe"
    assert not sounds_like_stop(text)


@pytest.mark.parametrize(
    ("text", "meaning", "language"),
    [
        ("HELP", "help", "en"),
        ("ajuda!", "help", "pt-br"),
        ("Start", "resubscribe", "en"),
        ("VOLTAR", "resubscribe", "pt-br"),
    ],
)
def test_other_words(text, meaning, language):
    found = keyword_of(text)
    assert (found.meaning, found.language) == (meaning, language)


@pytest.mark.parametrize(
    "text", ["stop the order", "Please don't stop", "end of the week", "cancelar o pedido", "", "!"]
)
def test_a_sentence_is_no_keyword(text):
    assert keyword_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "please stop texting me",
        "Stop sending me these messages",
        "don't text me anymore",
        "Please remove my number from your list",
        "I want to unsubscribe",
        "pare de me mandar mensagem",
        "Não quero mais receber SMS de vocês",
        "por favor, me tire dessa lista",
        "não me mande mais nada",
        "parem de enviar propaganda",
        "Me deixem em paz",
    ],
)
def test_wishes_go_to_people(text):
    assert sounds_like_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        "please don't stop texting me",
        "please don't stop",
        "não parem de mandar mensagem, adoro!",
        "Can I cancel my order 40817?",
        "o freio para quando chove",
        "Thanks, the message arrived",
        "Sexta às 14h. Obrigado!",
    ],
)
def test_other_sentences_do_not(text):
    assert not sounds_like_stop(text)
