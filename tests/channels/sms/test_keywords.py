"""Words that steer what we send, requests in other words, and sentences that only sound like them."""

import time

import pytest

from engagement.channels.opt_out.phrases import OptOut, classify_opt_out
from engagement.channels.sms.keywords import keyword_of, sounds_like_stop

STOP = [
    *("STOP", "StopAll", "stop all", "UNSUBSCRIBE", "cancel", "End", "QUIT", "revoke", "OPT OUT", "opt-out", "OptOut"),
    *("SAIR", "Parar", "CANCELAR", "descadastrar", "  stop.  ", "Stop!", "“SAIR”", "sair…"),
    # Courtesy, repetition, signs, emoji, letters apart or held down
    *("STOP 🙏", "Stop. Thank you", "please stop", "stop please", "Pls stop", "STOP NOW", "stop it", "Stop stop"),
    *(
        "S.T.O.P",
        "s t o p",
        "STOOOOP",
        "ＳＴＯＰ",
        "Hi, please unsubscribe",
        "Opt out please",
        "unsub",
        "Cancel please",
    ),
    *("PARE", "Parem", "pare por favor", "sair por favor", "parar agora", "cancela", "CANCELE", "REMOVER"),
    *("Descadastra", "Oi, pare por favor", "bom dia. sair", "Pare, obrigado", "cancelar, obrigada", "FIM"),
    *("BAJA", "baja por favor", "salir", "dar de baja", "ARRÊT", "STOPP", "abmelden bitte", "Yes stop"),
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
        ("Stop. Thank you", "unsubscribe", "en"),
        ("pare por favor", "unsubscribe", "pt-br"),
        ("baja", "unsubscribe", "es"),
    ],
)
def test_other_words(text, meaning, language):
    found = keyword_of(text)
    assert (found.meaning, found.language) == (meaning, language)


@pytest.mark.parametrize(
    "text",
    [
        *("stop the order", "Please don't stop", "end of the week", "cancelar o pedido", "", "!", "Stop?"),
        *("STOP 12345", "stop by", "cancel it", "quero sair"),
    ],
)
def test_a_sentence_is_no_keyword(text):
    assert keyword_of(text) is None


REQUESTS = [
    # English
    *("please stop texting me", "Stop sending me these messages", "don't text me anymore", "remove me"),
    *("Please remove my number from your list", "I want to unsubscribe", "How do I unsubscribe?", "delete my number"),
    *(
        "STOP 12345",
        "STOP I did not sign up",
        "Stop?",
        "take me off your list",
        "get me off this list",
        "no more texts",
    ),
    *("I no longer wish to receive these", "not interested", "wrong number", "stop these alerts", "leave me alone pls"),
    *("I withdraw my consent", "I never signed up for this", "Enough already", "stop sending me your stupid ads"),
    *(
        "Who is this? stop texting",
        "STOP\nSent from my phone",
        "cancel all texts",
        "I want out",
        "unsubscribe me from it",
    ),
    # Portuguese
    *("pare de me mandar mensagem", "Não quero mais receber SMS de vocês", "por favor, me tire dessa lista"),
    *("não me mande mais nada", "parem de enviar propaganda", "Me deixem em paz", "Sair da lista", "quero sair"),
    *("Não quero mais", "não quero", "Chega", "PARA!", "não perturbe", "cancelar envio", "me remove", "excluir"),
    *("pare de me encher", "BAIXA", "quero parar de receber isso", "Por favor me removam da lista de e-mails"),
    *("Nunca mais me mande nada", "Como faço pra sair?", "não autorizo", "Solicito a exclusão do meu cadastro"),
    *("exclua meu cadastro", "Gostaria de cancelar a inscrição", "pode me descadastrar?", "número errado"),
    # Spanish, French, German
    *("no quiero recibir más mensajes", "quiero darme de baja de la lista", "ya no me escriban", "ALTO"),
    *("dejen de mandarme mensajes", "No me interesa", "Je ne veux plus recevoir vos messages"),
    *("Bitte keine Werbung mehr", "Bitte löschen Sie meine Nummer"),
]


@pytest.mark.parametrize("text", REQUESTS)
def test_requests_go_to_people(text):
    assert sounds_like_stop(text)


OTHER = [
    *("please don't stop texting me", "please don't stop", "não parem de mandar mensagem, adoro!", "não pare"),
    *("Can I cancel my order 40817?", "please cancel my appointment on Friday", "cancelar pedido 4711"),
    *("preciso cancelar minha consulta", "quiero cancelar mi cita", "cancel my order and refund me"),
    *("stop by the shop tomorrow?", "where is the bus stop?", "the end", "remove the pedal", "my brakes won't stop"),
    *("quero parar a bicicleta no estacionamento", "o freio para quando chove", "Pode parar aqui na loja?"),
    *("quando chega meu pedido?", "chega amanhã?", "vou sair amanhã às 8", "Sair cedo é melhor para mim"),
    *("Thanks, the message arrived", "Sexta às 14h. Obrigado!", "Para minha esposa", "fim de semana pode?"),
    *("não, obrigado", "Sim, quero", "No", "Não", "não quero mais a bicicleta azul", "não precisa enviar o recibo"),
    *("não mande para o endereço antigo", "Não me ligue antes das 9h", "Don't send it to the old address"),
    *("I never received the message with the code", "me mande mensagem quando chegar", "Quero receber novidades!"),
    *("remove one item from my list", "take the wheel off please", "no quiero la roja", "please do not call before 10"),
    *(
        "I never asked for this color",
        "A bicicleta parou de funcionar",
        "quero cancelar a compra",
        "posso retirar hoje?",
    ),
]


@pytest.mark.parametrize("text", OTHER)
def test_other_sentences_do_not(text):
    assert classify_opt_out(text).verdict is OptOut.NONE


@pytest.mark.parametrize(
    "text", ["stop " * 400, "nao quero " * 400, "s.t." * 900, "remove my " * 300, "pare " + "a" * 5000, "não me " * 700]
)
def test_the_work_is_bounded(text):
    begun = time.perf_counter()
    classify_opt_out(text)
    assert time.perf_counter() - begun < 0.5
