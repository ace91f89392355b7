"""What somebody passed on is told apart from what they say about it, in the programs and languages of daily use."""

import pytest

from engagement.channels.email.parsing import parse

FORWARDS = {
    "Gmail en": ("Fwd: Bike", "---------- Forwarded message ---------\nFrom: Rui Mota <rui@c.example>\nDate: Sun, Nov 29, 2026 at 10:00 AM\n"
                 "Subject: Bike\nTo: Lia <lia@l.example>\n\n\nIt is bent.\nPlease help."),
    "Gmail pt": ("Fwd: Bike", "---------- Forwarded message ---------\nDe: Rui Mota <rui@c.example>\nDate: dom., 29 de nov. de 2026 às 10:00\n"
                 "Subject: Bike\nTo: Lia <lia@l.example>\n\n\nIt is bent.\nPlease help."),
    "Outlook pt": ("ENC: Bike", "De: Rui Mota <rui@c.example>\nEnviada em: domingo, 29 de novembro de 2026 10:00\nPara: Lia <lia@l.example>\n"
                   "Assunto: Bike\n\nIt is bent.\nPlease help."),
    "Outlook de": ("WG: Bike", "Von: Rui Mota [mailto:rui@c.example]\nGesendet: Sonntag, 29. November 2026 10:00\nAn: Lia\nBetreff: Bike\n\n"
                   "It is bent.\nPlease help."),
    "Outlook fr": ("TR: Bike", "________________________________\nDe : Rui Mota <rui@c.example>\nEnvoyé : dimanche 29 novembre 2026 10:00\n"
                   "À : Lia <lia@l.example>\nObjet : Bike\n\nIt is bent.\nPlease help."),
    "Apple en": ("Fwd: Bike", "Begin forwarded message:\n\n> From: Rui Mota <rui@c.example>\n> Subject: Bike\n> Date: November 29, 2026 at 10:00\n"
                 "> To: Lia <lia@l.example>\n>\n> It is bent.\n> Please help."),
    "Apple pt": ("Fwd: Bike", "Início da mensagem encaminhada:\n\nDe: Rui Mota <rui@c.example>\nAssunto: Bike\nData: 29 de novembro de 2026\n"
                 "Para: Lia <lia@l.example>\n\nIt is bent.\nPlease help."),
    "Thunderbird en": ("Fwd: Bike", "-------- Forwarded Message --------\nSubject: \tBike\nDate: \tSun, 29 Nov 2026 10:00:00 +0000\n"
                       "From: \tRui Mota <rui@c.example>\nTo: \tLia <lia@l.example>\n\n\nIt is bent.\nPlease help."),
    "Thunderbird es": ("Fwd: Bike", "-------- Mensaje reenviado --------\nAsunto: Bike\nFecha: Sun, 29 Nov 2026 10:00:00\nDe: Rui Mota <rui@c.example>\n"
                       "Para: lia@l.example\n\nIt is bent.\nPlease help."),
    "Thunderbird it": ("I: Bike", "-------- Messaggio Inoltrato --------\nOggetto: Bike\nData: Sun, 29 Nov 2026\nMittente: Rui Mota <rui@c.example>\n"
                       "A: lia@l.example\n\nIt is bent.\nPlease help."),
    "Yahoo": ("Fw: Bike", "----- Forwarded Message -----\nFrom: Rui Mota <rui@c.example>\nTo: Lia <lia@l.example>\nSent: Sunday, November 29, 2026\n"
              "Subject: Bike\n\nIt is bent.\nPlease help."),
    "GMX": ("Fw: Bike", "Gesendet: Sonntag, 29. November 2026 um 10:00 Uhr\nVon: \"Rui Mota\" <rui@c.example>\nAn: lia@l.example\nBetreff: Bike\n\n"
            "It is bent.\nPlease help."),
    "mail.ru": ("Fwd: Bike", "-------- Пересылаемое сообщение --------\nОт кого: Rui Mota <rui@c.example>\nКому: lia@l.example\n"
                "Дата: Воскресенье, 29 ноября 2026\nТема: Bike\n\nIt is bent.\nPlease help."),
    "Missive": ("Fwd: Bike", "---------- Forwarded message ----------\nFrom: Rui Mota <rui@c.example>\nDate: Nov 29, 2026\nSubject: Bike\n"
                "To: lia@l.example\n\n> It is bent.\n> Please help."),
    "Dutch": ("Doorst: Bike", "---------- Doorgestuurd bericht ----------\nVan: Rui Mota <rui@c.example>\nDatum: zo 29 nov 2026\nOnderwerp: Bike\n"
              "Aan: lia@l.example\n\nIt is bent.\nPlease help."),
}  # fmt: skip


def letter(subject: str, text: str) -> bytes:
    return f"From: Lia <lia@l.example>\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{text}".encode()


@pytest.mark.parametrize("before", ["", "Can you answer him?\n\n", "Can you answer him?\n\n-- \nLia Telles\nLoja\n\n"])
@pytest.mark.parametrize("program", FORWARDS)
def test_a_forward_tells_who_wrote_it_and_what(program, before):
    subject, text = FORWARDS[program]
    message = parse(letter(subject, before + text))

    assert (message.forward.name, message.forward.address) == ("Rui Mota", "rui@c.example")
    assert message.forward.subject == "Bike"
    assert message.forward.text == "It is bent.\nPlease help."
    assert message.visible_text == before.partition("\n")[0]
    assert message.quoted_text == ""


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Bike", "Thanks.\n\nFrom: Shop <care@shop.example>\nSent: Monday, 30 November 2026\nTo: Ana\nSubject: Bike\n\nOld."),
        ("Re: Fwd: Bike", "Thanks.\n\nOn 3 June 2024 Shop <care@s.example> wrote:\n> ---------- Forwarded message ---------\n"
         "> From: Rui <rui@c.example>\n> Date: x 1\n> Subject: Bike\n> To: a@b.example\n>\n> Old."),
        ("Fwd: Bike", "No header here, I only forward my thanks."),
        ("Bike", "I forward: two bikes\nFrom: Main Street\nTo: Park Avenue"),
    ],
)  # fmt: skip
def test_an_answer_is_no_forward(subject, text):
    assert parse(letter(subject, text)).forward is None


def test_the_html_of_a_forward_stays_open():
    html = (
        "<p>See below</p><div class='gmail_quote'>---------- Forwarded message ---------<br>De: <b>Rui Mota</b> "
        "&lt;<a href='mailto:rui@c.example'>rui@c.example</a>&gt;<br>Date: dom., 29 de nov.<br>Subject: Bike<br>To: x@y.example<br>"
        "<br><table><tr><td>It is bent.</td></tr></table></div>"
    )
    message = parse(f"From: lia@l.example\nSubject: Fwd: Bike\nContent-Type: text/html\n\n{html}".encode())

    assert message.forward.address == "rui@c.example"
    assert "It is bent." in message.html_visible
    assert message.html_quoted == ""


def test_a_text_of_marks_is_read_quickly():
    text = "---------- Forwarded message ---------\nFrom: x\n" * 20_000

    assert parse(letter("Fwd: x", text)).forward is None


@pytest.mark.parametrize(
    ("text", "before", "body"),
    [
        (
            "Podem ver?\n  ----- Mensagem encaminhada ----- De: Rui Mota <rui@x.example>Para: "
            '"ana@y.example" <ana@y.example>Enviado: terça-feira, 2 de novembro de 2021 09:26:50 BRTAssunto: Freio\n'
            "O freio range.\n",
            "Podem ver?",
            "O freio range.",
        ),
        ('Em 28/10/21, 12:46, "Rui Mota" <rui@x.example> escreveu:\n\n    O freio range.\n', "", "O freio range."),
        (
            "Veja.\n\n> On 25 Oct 2021, at 11:43, Rui Mota <rui@x.example> wrote:\n>\n> O freio range.\n",
            "Veja.",
            "O freio range.",
        ),
    ],
)
def test_heads_in_one_line_and_forwards_that_only_say_who_wrote(text, before, body):
    raw = f"From: ana@y.example\nSubject: ENC: Freio\nContent-Type: text/plain; charset=utf-8\n\n{text}"
    parsed = parse(raw.encode())
    assert parsed.forward is not None
    assert (parsed.forward.name, parsed.forward.address) == ("Rui Mota", "rui@x.example")
    assert parsed.visible_text.strip() == before
    assert parsed.forward.text.strip() == body
