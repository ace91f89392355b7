import time

import pytest

from engagement.channels.email.quoting import split
from tests.channels.email.corpora import corpus, squeezed


def unquoted(text: str) -> list[str]:
    return sorted(line for line in (line.strip("> ") for line in text.split("\n")) if line)


def matches(part: str, folder: str) -> tuple[int, int]:
    """How many messages of the corpus give exactly what it expects, blanks aside, and how many there are."""
    root = corpus("reply-trimming")
    right = total = 0
    for path in sorted((root / "emails").glob("*.txt")):
        result = split(path.read_text(encoding="utf-8"))
        total += 1
        right += squeezed(getattr(result, part)) == squeezed((root / folder / path.name).read_text(encoding="utf-8"))
    return right, total


def test_every_reply_of_the_corpus_shows_what_its_author_wrote():
    # The other is nothing but a quotation: the corpus shows nothing of it, and we open it.
    assert matches("visible", "trimmed") == (63, 64)


def test_what_is_folded_is_what_the_corpus_elides():
    # Three differ because the corpus rewrites "Richard>", "|" and "C>" into ">", and we rewrite nothing; one is
    # nothing but a quotation.
    assert matches("folded", "elided") == (60, 64)


def test_no_line_of_the_corpus_is_lost_or_doubled():
    for path in sorted((corpus("reply-trimming") / "emails").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        result = split(text)
        parts = "\n".join([result.visible, result.quoted, result.signature])
        assert unquoted(parts) == unquoted(text), path.name


ATTRIBUTIONS = [
    "Em seg., 3 de jun. de 2024 às 10:12, Suporte <care@pedralva.example> escreveu:",
    "Em 3 de junho de 2024 10:12, Suporte <care@pedralva.example> escreveu:",
    "On Mon, Jun 3, 2024 at 10:12 AM Support <care@pedralva.example> wrote:",
    "El lun, 3 jun 2024 a las 10:12, Soporte (<care@pedralva.example>) escribió:",
    "Le lun. 3 juin 2024 à 10:12, Assistance <care@pedralva.example> a écrit :",
    "Am Mo., 3. Juni 2024 um 10:12 Uhr schrieb Hilfe <care@pedralva.example>:",
    "Il giorno lun 3 giu 2024 alle ore 10:12 Aiuto <care@pedralva.example> ha scritto:",
    "Op ma 3 jun 2024 om 10:12 schreef Hulp <care@pedralva.example>:",
    "Den mån 3 juni 2024 kl 10:12 skrev Hjälp <care@pedralva.example>:",
    "pon., 3 cze 2024 o 10:12 Pomoc <care@pedralva.example> napisał(a):",
    "пн, 3 июн. 2024 г. в 10:12, Помощь <care@pedralva.example>:\u00a0написал:",
    "2024年6月3日(月) 10:12 サポート <care@pedralva.example>のメール:",
    "在 2024年6月3日，上午10:12，客服 <care@pedralva.example> 写道：",
    "3 Haz 2024 Pzt 10:12 tarihinde Destek <care@pedralva.example> şunu yazdı:",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_a_quotation_under_an_attribution_is_folded(attribution):
    result = split(f"Obrigada!\n\n{attribution}\n\n> Linha um\n> Linha dois\n")

    assert result.visible == "Obrigada!"
    assert result.quoted == f"{attribution.rstrip()}\n\n> Linha um\n> Linha dois"
    assert result.signature == ""


@pytest.mark.parametrize(
    "header",
    [
        "De: Suporte <care@pedralva.example>\nEnviada em: segunda-feira, 3 de junho\nPara: Ana\nAssunto: Pedido",
        "From: Support\nSent: Monday, June 3, 2024 10:12 AM\nTo: Ana\nSubject: Order",
        "Von: Hilfe\nGesendet: Montag, 3. Juni 2024 10:12\nAn: Ana\nBetreff: Auftrag",
        "*De:* Suporte\n*Enviado:* lunes\n*Para:* Ana\n*Asunto:* Pedido",
        "差出人: サポート\n送信日時: 2024年6月3日\n宛先: Ana\n件名: 注文",
    ],
)
@pytest.mark.parametrize("rule", ["", "________________________________\n", "-----Mensagem original-----\n"])
def test_an_old_message_under_its_header_is_folded(header, rule):
    result = split(f"Está certo.\n\n{rule}{header}\n\nTexto antigo\nsem marcas\n")

    assert result.visible == "Está certo."
    assert result.quoted == f"{rule}{header}\n\nTexto antigo\nsem marcas"


def test_answers_between_quoted_lines_stay_visible():
    text = "On 3 June 2024 Ana <ana@example.com> wrote:\n> First?\n\nYes.\n\n> Second?\n\nNo.\n"

    assert split(text).visible == "Yes.\n\n> Second?\n\nNo."


def test_a_forwarded_message_alone_is_what_there_is_to_read():
    text = "---------- Forwarded message ----------\nFrom: A <a@b.example>\nDate: Mon\nSubject: Hi\nTo: C\n\nThe text."

    result = split(text)

    assert result.visible == "The text."
    assert result.quoted.startswith("---------- Forwarded message")


def test_a_signature_is_folded_apart_from_the_quotation():
    text = "Yes.\n\n-- \nAna Souza\nLoja Azul\n\nOn 3 June 2024 Bia <b@c.example> wrote:\n> Well?"

    result = split(text)

    assert (result.visible, result.signature) == ("Yes.", "--\nAna Souza\nLoja Azul")
    assert result.quoted == "On 3 June 2024 Bia <b@c.example> wrote:\n> Well?"


@pytest.mark.parametrize(
    "line", ["Enviado do meu iPhone", "Sent from my iPhone", "Get Outlook for iOS", "Obter o Outlook para Android"]
)
def test_the_mark_of_a_telephone_is_a_signature(line):
    assert split(f"Pode ser.\n\n{line}").signature == line


def test_a_sentence_that_begins_like_a_telephones_mark_stays_in_the_middle_of_a_message():
    text = "Sent from the depot on Monday.\nIt has not arrived."

    assert split(text).visible == text


def test_a_ruled_form_is_no_signature():
    text = "Order\n-----\n" + "\n".join(f"Line {number}" for number in range(80))

    assert split(text).visible == text


def test_plain_talk_of_writing_is_no_attribution():
    text = "On Monday I wrote:\nnothing came back.\n\nFrom: is an odd word."

    assert split(text).visible == text


@pytest.mark.parametrize("rule", ["---", "-----------", "====", "***", "___", "###", "~~~~", "- - - - -", "++++"])
@pytest.mark.parametrize(
    "below",
    [
        "URGENTE: cancelar o pedido 4711, cobrado em dobro.",
        "1. roda dianteira 29\n2. cabo de freio\n3. selim preto\n\nPodem mandar até sexta?\n\nAna",
        "Meu telefone: 31 99811-0902\nMe liguem hoje.",
        "Item | Valor\nRoda | 120,00\nSelim | 80,00",
        "Ana",
    ],
)
def test_a_rule_folds_nothing_of_what_is_said_below_it(rule, below):
    text = f"Bom dia!\n{rule}\n{below}"

    assert split(text).visible == text


@pytest.mark.parametrize(
    "below",
    [
        "Can you send it by Friday?\nAna",
        "\n".join(f"Line {number}" for number in range(8)),
        "Please cancel order 4711, it was charged twice.",
    ],
)
def test_what_somebody_says_below_two_dashes_is_no_signature(below):
    text = f"Good morning\n--\n{below}"

    assert split(text).visible == text


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAna Souza\nLoja Azul",
        "--\nAna Souza\nLoja Azul\n+55 31 99811-0902",
        "-- \nAna Souza | Loja Azul\nRua A, 7, Centro\nTel. (31) 3555-0301\nana@loja.example\nhttps://loja.example",
        "__________\nAna Souza\nana@loja.example\n+55 31 99811-0902",
    ],
)
def test_two_dashes_or_a_contact_block_at_the_end_are_a_signature(signature):
    result = split(f"Pode ser na sexta.\n\n{signature}")

    assert result.visible == "Pode ser na sexta."
    assert result.signature.split("\n")[1:] == signature.split("\n")[1:]


@pytest.mark.parametrize(
    "text",
    [
        "Prezados,\n\nEm 3 de maio, o técnico da loja escreveu:\nque o freio estava bom. Não estava.",
        "Hello,\n\nOn 3 May your mechanic wrote:\nthe brake is fine. It is not.",
        "Em 3/5/2026 às 14:30 o técnico de vocês escreveu:\no freio está bom. Não está.",
        "Am 3. Mai schrieb der Techniker:\nalles in Ordnung. Das stimmt nicht.",
        "Prezados,\n\nDe: Rua A, 10\nPara: Rua B, 20\nData: 12/12/2026\nAssunto: mudança de endereço",
        "Hi,\n\nFrom: Main Street\nTo: Park Avenue\nDate: tomorrow\nSubject: pickup of two bikes",
        "Oi\n\n--- Lista de peças ---\nroda\nselim\n\nPodem mandar?",
    ],
)
def test_what_people_write_like_a_quotation_header_stays(text):
    assert split(text).visible == text


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        (
            "On 2026-11-28 10:00, Pedralva care wrote:\n> My order is 4411.\n>\n> Rosa\n>\n"
            "> -- Please reply above this line --\n> Hello Rosa, what is your order number?",
            "My order is 4411.\n\nRosa",
        ),
        (
            "Em 28/11/2026 10:00, Loja escreveu:\n> Meu pedido é 4411\n> - Responda acima desta linha -\n> Olá",
            "Meu pedido é 4411",
        ),
        ("On Mon, Jun 3, 2024 at 10:12 AM Ana <a@b.example> wrote:\n\n> One\n> Two", "One\nTwo"),
    ],
)
def test_nothing_but_a_quotation_is_opened(text, visible):
    assert split(text).visible == visible


@pytest.mark.parametrize("text", ["Sent from my iPhone", "-- \nAna", "> ", ">\n>", "--"])
def test_some_part_holds_what_is_there(text):
    result = split(text)

    assert unquoted("\n".join([result.visible, result.quoted, result.signature])) == unquoted(text)


ADVERSARIES = {
    "blank lines": "\n",
    "short lines": "a\n",
    "quotes": ">\n",
    "attributions": "On 1 a wrote:\n",
    "attributed quotes": "On 1 x wrote:\n> a\n",
    "unattributed colons": ":\n",
    "headers": "From: x\n\n",
    "rules": "text\n---\n",
    "loose rules": "---\n\n",
    "fences": "```\n",
    "one line": "On 1 a",
    "brackets": "a <" * 100 + ":\n",
    "dashes": "-" * 399 + "\n",
    "devices": "a from " * 19 + "\n",
    "alternating": "> x\ny\n",
}


@pytest.mark.parametrize("name", ADVERSARIES)
def test_a_megabyte_made_to_be_slow_is_divided_in_two_seconds(name):
    piece = ADVERSARIES[name]
    text = piece * ((1 << 20) // len(piece))

    begun = time.process_time()
    split(text)

    assert time.process_time() - begun < 2
