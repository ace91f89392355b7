"""The better version of a text is read, whichever part it stands in."""

import pytest

from engagement.channels.email.parsing import parse

HEAD = b"From: Vera <vera@customer.example>\nSubject: Order\nMIME-Version: 1.0\nContent-Type: "


def both(plain: str, html: str) -> bytes:
    return (
        HEAD
        + b'multipart/alternative; boundary="al"\n\n--al\nContent-Type: text/plain; charset=utf-8\n\n'
        + plain.encode()
        + b"\n--al\nContent-Type: text/html; charset=utf-8\n\n"
        + html.encode()
        + b"\n--al--\n"
    )


def rich(html: str) -> bytes:
    return HEAD + b"text/html; charset=utf-8\n\n" + html.encode()


WORDS = "Where is my order 8812? The chain broke."


@pytest.mark.parametrize(
    "plain",
    [
        "",
        " \n\u00a0\n",
        "Your mail client does not support HTML. Please use another one.",
        "This is a multi-part message in MIME format.",
        "Seu leitor de e-mail não mostra HTML.",
        "Sent from my phone",
        "-- \nVera",
        "View this email in your browser: https://shop.example/x?y=1",
        "[cid:image001.png]",
        "Where is",
    ],
)
def test_a_stub_never_hides_the_words_of_the_html(plain):
    message = parse(both(plain, f"<p>{WORDS}</p>"))

    assert message.visible_text == WORDS
    assert message.plain_text.strip() == plain.strip()


def test_the_plain_text_is_read_where_it_says_the_same():
    message = parse(
        both(f"{WORDS}\n\nhttps://shop.example/a", f"<p>{WORDS} <a href='https://shop.example/a'>here</a></p>")
    )

    assert message.visible_text == f"{WORDS}\n\nhttps://shop.example/a"
    assert message.plain_text == ""


def test_an_answer_below_a_long_quotation_is_compared_by_its_own_words():
    quoted = "".join(f"<p>old line {number} of what we wrote</p>" for number in range(40))
    message = parse(
        both(
            "Yes, please.",
            f"<p>Yes, please.</p><div class='gmail_quote'>On 3 June 2024 Shop &lt;care@shop.example&gt; wrote:<blockquote>{quoted}</blockquote></div>",
        )
    )

    assert message.visible_text == "Yes, please."


@pytest.mark.parametrize("html", ["", "<p></p>", "<div>&nbsp;</div>", "<html><body><br></body></html>"])
def test_html_with_nothing_in_it_is_none(html):
    message = parse(both(WORDS, html))

    assert (message.visible_text, message.html) == (WORDS, "")


def test_html_that_leaves_out_the_words_does_not_stand_for_them():
    message = parse(both(WORDS, "<img src='cid:logo' alt='Shop'><p>Shop</p>"))

    assert message.visible_text == WORDS
    assert message.prefers_text


HIDDEN = [
    "<div style='display:none;max-height:0'>HIDDEN</div>",
    "<div style='DISPLAY : none !important'>HIDDEN</div>",
    "<span style='visibility:hidden'>HIDDEN</span>",
    "<div style='opacity:0'>HIDDEN</div>",
    "<div style='font-size:0;line-height:0'>HIDDEN</div>",
    "<div style='font-size:0px'><span>HIDDEN</span></div>",
    "<div style='max-height:0;overflow:hidden'>HIDDEN</div>",
    "<div style='height:0px;width:0px;overflow:hidden'>HIDDEN</div>",
    "<span style='mso-hide:all;font-size:1px;color:#fff'>HIDDEN</span>",
    "<div style='mso-hide:all'>HIDDEN</div>",
    "<div style='color:#ffffff'>HIDDEN</div>",
    "<font color=white>HIDDEN</font>",
    "<p style='position:absolute;left:-9999px'>HIDDEN</p>",
    "<p style='text-indent:-9999px'>HIDDEN</p>",
    "<p hidden>HIDDEN</p>",
    "<style>.pre{display:none !important} @media x{.y{color:red}}</style><div class='a pre'>HIDDEN</div>",
    "<table><tr><td style='display:none'>HIDDEN</td></tr></table>",
    "<div style='display:none'><p>HIDDEN<br>HIDDEN</p><div><b>HIDDEN</b></div></div>",
    "<!--[if mso]>HIDDEN<![endif]-->",
    "<template>HIDDEN</template><noscript>HIDDEN</noscript>",
]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_what_the_sender_hid_is_not_shown(hidden):
    message = parse(rich(f"<html><body>{hidden}<p>Visible words</p></body></html>"))

    assert message.visible_text == "Visible words"
    assert "HIDDEN" not in message.html


@pytest.mark.parametrize(
    "html",
    [
        "<td style='font-size:0'><div style='font-size:14px'>SHOWN</div></td>",
        "<style>@media (max-width:600px){.m{display:none}}</style><p class=m>SHOWN</p>",
        "<p style='font-size:12px;line-height:0.9;opacity:0.9'>SHOWN</p>",
        "<table bgcolor=navy><tr><td style='color:white'>SHOWN</td></tr></table>",
        "<p>first</p><p style='color:#fff'>SHOWN</p>",
        "<div style='display:none'>SHOWN, because nothing else is there</div>",
        "<p>first</p><a href='https://x.example' style='mso-hide:all'>SHOWN</a>",
    ],
)
def test_what_can_be_seen_stays(html):
    assert "SHOWN" in parse(rich(html)).visible_text


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p style='color:red'>my answers in red</p>", '<p data-color="#ff0000">'),
        ("<p><font color='#0A0'>green</font></p>", '<span data-color="#00aa00">'),
        ("<p style='background-color: rgb(255, 255, 0)'>marked</p>", '<p data-background="#ffff00">'),
        ("<table bgcolor=#003366><tr><td style='color:#fff'>x</td></tr></table>", 'data-color="#ffffff"'),
        ("<table bgcolor=#000><tr><td>x</td></tr></table>", 'data-color="#ffffff"'),
        ("<p>a</p><p style='color:#fefefe'>still readable</p>", "<p>still readable"),
        ("<p style='color:url(x);background:url(https://x.example/a)'>x</p>", "<p>x</p>"),
    ],
)
def test_colors_are_kept_where_they_can_be_read(html, kept):
    message = parse(rich(html))

    assert kept in message.html
    assert "style" not in message.html


OUTLOOK = "<p class=MsoNormal>Old words, line {}</p>"
OLD = "".join(OUTLOOK.format(number) for number in range(5))
HISTORIES = {
    "Outlook 2010 pt": "<div><div style='border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>"
    "<b>De:</b> Loja [mailto:care@loja.example] <br><b>Enviada em:</b> segunda-feira, 30 de novembro de 2026 10:00<br>"
    f"<b>Para:</b> Eva<br><b>Assunto:</b> Bicicleta</p></div></div>{OLD}",
    "Outlook 2007 en": "<div style='border:none;border-top:solid #B5C4DF 1.0pt'><p><b>From:</b> Shop [mailto:care@shop.example]<br>"
    f"<b>Sent:</b> Monday, November 30, 2026 10:00 AM<br><b>To:</b> Eva<br><b>Subject:</b> Bike</p></div>{OLD}",
    "Outlook 2003": "<div><hr size=2 width='100%'><p><b>From:</b> Shop [mailto:care@shop.example]<br><b>Sent:</b> Monday, "
    f"November 30, 2026 10:00 AM<br><b>To:</b> Eva<br><b>Subject:</b> Bike</p></div>{OLD}",
    "Outlook 365": "<hr style='display:inline-block;width:98%'><div id='divRplyFwdMsg'><b>Von:</b> Laden &lt;care@laden.example&gt;<br>"
    f"<b>Gesendet:</b> Montag, 30. November 2026 10:00<br><b>An:</b> Eva<br><b>Betreff:</b> Rad</div>{OLD}",
    "OWA": f"<div id='x_appendonsend'></div><hr><div dir=ltr><b>Da:</b> Negozio &lt;care@n.example&gt;<br><b>Inviato:</b> lunedì"
    f"<br><b>A:</b> Eva<br><b>Oggetto:</b> Bici</div>{OLD}",
    "Windows Mail": "<div style='border-top-color:#e5e5e5;border-top-width:1px;border-top-style:solid'><strong>From:</strong>&nbsp;"
    f"<a href='mailto:care@shop.example'>Shop</a><br><b>Sent:</b> Monday, 30 November 2026<br><b>To:</b> Eva</div>{OLD}",
    "Hotmail": "<hr id='stopSpelling'>Subject: Bike<br>From: care@shop.example<br>To: eva@x.example<br>"
    f"Date: Mon, 30 Nov 2026 10:00:00 +0000<br>{OLD}",
    "mail.ru": "<br><br>Понедельник, 30 ноября 2026, 10:00 +03:00 от Shop &lt;care@shop.example&gt;:<br>"
    f"<blockquote style='border-left:1px solid #0857A6'>{OLD}</blockquote>",
    "Yandex": f'<div><br></div><div>30.11.2026, 10:00, "Shop" &lt;care@shop.example&gt;:</div><blockquote>{OLD}</blockquote>',
    "Gmail": f"<div class='gmail_quote'>Em seg., 30 de nov. de 2026 Loja &lt;care@l.example&gt; escreveu:<blockquote>{OLD}</blockquote></div>",
}
SIGNED = {
    "words": "<p>Is it 29 inches?</p><p>Eva</p>",
    "logo": "<p>Is it 29 inches?</p><p>Eva</p><p><img src='cid:logo@x' alt='logo'></p>",
    "table": "<p>Is it 29 inches?</p><table><tr><td>Eva</td><td>+55 31 99811-0902</td></tr></table>",
    "list": "<p>Is it 29 inches?</p><ul><li>bike</li><li>chain</li></ul>",
}


@pytest.mark.parametrize("own", SIGNED)
@pytest.mark.parametrize("program", HISTORIES)
def test_the_history_in_html_folds_whatever_stands_in_the_answer(program, own):
    message = parse(rich(f"<html><body>{SIGNED[own]}{HISTORIES[program]}</body></html>"))

    assert "29 inches" in message.html_visible
    assert "Old words" not in message.html_visible
    assert "Old words, line 4" in message.html_quoted
    assert "Old words" not in message.visible_text
    assert message.visible_text.startswith("Is it 29 inches?")
