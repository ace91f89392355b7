"""Letters that look like a machine's and are a person's: whoever writes about bounces, absences and programs."""

import pytest

from engagement.channels.email.parsing import parse


def make(head, body):
    return (head.strip("\n") + "\n\n" + body).replace("\n", "\r\n").encode()


LETTERS = []


def add(name, head, body, env="ana@cliente.example", kind=""):
    LETTERS.append(pytest.param(make(head, body), env, kind, id=name))


H = "From: Ana Prado <ana@cliente.example>\nTo: care@pedralva.example\nMessage-ID: <x@cliente.example>\nDate: Sun, 22 Nov 2026 10:00:00 -0300\nContent-Type: text/plain; charset=utf-8\n"
BOUNCE = """Mail Delivery Subsystem <mailer-daemon@googlemail.com> wrote:
** Address not found **
Your message wasn't delivered to vendas@pedralva.example because the address couldn't be found.
550 5.1.1 The email account does not exist.

Final-Recipient: rfc822; vendas@pedralva.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1"""
for i, s in enumerate(
    [
        "Undeliverable: my order",
        "Undelivered Mail Returned to Sender",
        "Não é possível entregar: meu pedido",
        "Mail delivery failed: returning message to sender",
        "Delivery Status Notification (Failure)",
        "failure notice",
        "Returned mail: see transcript for details",
        "Fwd: Undeliverable: pedido 12",
        "RES: Undeliverable: pedido",
    ]
):
    add(
        f"paste{i}",
        H + "Subject: " + s,
        "Hi, I got this back when I wrote to you, which address is right?\n\n" + BOUNCE,
    )
for i, (s, b) in enumerate(
    [
        (
            "Out of office: question about my chair",
            "Hi, the chair for my home office is broken. Can you send a new one?",
        ),
        (
            "Automatic reply: not working",
            "Your automatic reply says 24 hours but I am waiting for three days. Where is my order?",
        ),
        ("Férias", "Estou de férias até dia 10, podem entregar depois disso? Meu pedido é 123."),
        ("Ausência na entrega", "O entregador disse que eu estava ausente. Podem tentar de novo?"),
        ("Auto", "Quero cotar o seguro do meu auto."),
        ("Resposta automática", "Recebi uma resposta automática de vocês e nada mais. Preciso de ajuda."),
        ("Out of office", "I will be away from Monday. Please cancel my appointment on Tuesday."),
        ("vacation", "I am on vacation and the booking system charged me twice"),
        ("Re: Your order", "Thanks, I'm currently travelling. Please ship after the 5th."),
        ("Away", "We will be back on Monday, please deliver then."),
        ("Re: entrega", "Estou viajando, volto dia 5. Deixem na portaria."),
        ("Abwesend", "Ich bin bis 5.12. im Urlaub, bitte liefern Sie danach."),
    ]
):
    add(f"ooo{i}", H + "Subject: " + s, b)
    add(f"ooo-reply{i}", H + "In-Reply-To: <abc@pedralva.example>\nSubject: " + s, b)
# noreply-like persons
for a in [
    "noreply.band@gmail.com",
    "andre.noreply@gmail.com",
    "bounce.studio@gmail.com",
    "contato@notifications.example",
    "postmaster.silva@gmail.com",
    "ndr.santos@gmail.com",
    "robo@x.example",
    "mail.service@example.org",
    "smtp@example.org",
    "system.administrator@small.example",
    "daemon.targaryen@gmail.com",
    "info@mailer.example",
    "mdaemon.joao@gmail.com",
    "ndrade@gmail.com",
    "bouncehouse@gmail.com",
    "bounces.party@gmail.com",
    "mailsystem@gmail.com",
    "post-master-blaster@gmail.com",
]:
    add(
        "addr:" + a,
        H.replace("ana@cliente.example", a) + "Subject: My order",
        "Hello, where is my order 55? It was due on Friday.",
        env=a,
    )
# System admin as a person
add(
    "sysadmin-name",
    H.replace("Ana Prado", "System Administrator") + "Subject: Question on the API",
    "Hi, we cannot send orders by your API, error 550 5.1.1? Please help.",
)
add(
    "postmaster-person",
    H.replace("Ana Prado <ana@cliente.example>", "Postmaster <postmaster@cliente.example>")
    + "Subject: your mails are rejected here",
    "Hello, my name is Jo. I run the mail server here. Your mails fail SPF, could you add our gateway? Thanks, Jo",
    env="postmaster@cliente.example",
)


# postmaster from us? contact forms
def form(
    name, frm, rt, extra="", body="Nome: Davi\nE-mail: davi@cliente.example\nMensagem: Quero uma proposta", env=None
):
    add(
        name,
        f"From: {frm}\nTo: care@pedralva.example\nReply-To: {rt}\nSubject: Novo contato\nMessage-ID: <y@f.example>\nContent-Type: text/plain; charset=utf-8\n{extra}",
        body,
        env=env or frm.split("<")[-1].strip(">"),
    )


form("cf7", "WordPress <wordpress@pedralva.example>", "davi@cliente.example", "X-WPCF7-Content-Type: text/plain")
form("wix", "Wix Forms <no-reply@crm.wix.example>", "Davi <davi@cliente.example>", "X-Auto-Response-Suppress: All")
form(
    "typeform",
    "Typeform <notifications@followups.typeform.example>",
    "davi@cliente.example",
    "List-Unsubscribe: <https://x.example/u>\nPrecedence: bulk",
)
form(
    "rdstation",
    "RD Station <no-reply@rdstation.example>",
    "davi@cliente.example",
    "Feedback-ID: 1:2:3:rd\nAuto-Submitted: auto-generated",
)
form(
    "hubspot",
    "HubSpot Forms <noreply@notifications.hubspot.example>",
    "davi@cliente.example",
    "Auto-Submitted: auto-generated",
)
form("cf7-null", "WordPress <wordpress@pedralva.example>", "davi@cliente.example", env="<>")
form(
    "formspree",
    "Formspree <noreply@formspree.example>",
    "davi@cliente.example",
    "List-Unsubscribe: <mailto:x@y.example>\nX-Entity-Ref-ID: 1",
)
form("elementor", "Site <care@pedralva.example>", "davi@cliente.example")
form("jotform", "JotForm <noreply@jotform.example>", "davi@cliente.example", "X-Mailer: JF")
form("google-forms", "Google Forms <forms-receipts-noreply@google.example>", "davi@cliente.example")
form(
    "cron-nullpath",
    "www-data <www-data@srv12.hostgator.example>",
    "davi@cliente.example",
    "X-PHP-Originating-Script: 1:mail.php",
)
add("swish", H + "Auto-Submitted: no\nSubject: x", "Oi")
add("apple-hide", H.replace("ana@cliente.example", "abc_1@privaterelay.appleid.example") + "Subject: pedido", "Cadê?")
add(
    "html-forward-attach",
    H.replace("Content-Type: text/plain; charset=utf-8\n", "Content-Type: multipart/mixed; boundary=BB\n")
    + "Subject: isto voltou",
    """--BB
Content-Type: text/plain

Oi, o e-mail que mandei voltou, veja:

--BB
Content-Type: message/rfc822

From: MAILER-DAEMON@x.example
To: ana@cliente.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=CC

--CC
Content-Type: text/plain

could not be delivered
--CC
Content-Type: message/delivery-status

Final-Recipient: rfc822; care@pedralva.example
Action: failed
Status: 5.2.2

--CC--

--BB--
""",
)
add(
    "arf-forward-by-person",
    H.replace("Content-Type: text/plain; charset=utf-8\n", "Content-Type: multipart/mixed; boundary=BB\n")
    + "Subject: spam report",
    """--BB
Content-Type: text/plain

Can you explain this abuse report please?

--BB
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: x
Version: 1

--BB--
""",
)
add(
    "read-mail-list", H + "List-Id: <vendas.cliente.example>\nSubject: Cotacao", "Podem cotar 10 cadeiras?", kind="bulk"
)
add(
    "mailman-ours",
    H
    + "List-Id: Care <care.pedralva.example>\nList-Post: <mailto:care@pedralva.example>\nPrecedence: list\nSubject: Cotacao",
    "Podem cotar 10 cadeiras?",
    kind="bulk",
)


@pytest.mark.parametrize(("raw", "envelope", "kind"), LETTERS)
def test_a_person_is_taken_for_a_person(raw, envelope, kind):
    assert parse(raw, envelope_sender=envelope).auto.value == kind


@pytest.mark.parametrize("fields", ["", "In-Reply-To: <abc@pedralva.example>\n"])
def test_an_answer_from_a_robots_address_is_written_by_hand(fields):
    raw = f"From: no-reply@loja.example\nSubject: Re: Pedido\n{fields}\nPode enviar amanhã.\n"
    assert parse(raw.encode()).auto.value == ("" if fields else "auto-generated")
