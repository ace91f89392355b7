"""Reports of servers that nothing was built for: each is told apart from a letter, and names whom it is about."""

import base64

import pytest

from engagement.channels.email.parsing import parse


def make(head, body):
    return (head.strip("\n") + "\n\n" + body).replace("\n", "\r\n").encode()


ORIG = """Return-Path: <care@pedralva.example>
Received: from app (app [10.0.0.1]) by mx.pedralva.example; Sun, 22 Nov 2026 10:00:00 -0300
Message-ID: <abc123@pedralva.example>
Date: Sun, 22 Nov 2026 10:00:00 -0300
From: Pedralva <care@pedralva.example>
To: bia@cliente.example
Subject: Seu pedido
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Seu pedido saiu.
"""


def dsn(
    frm,
    subject,
    human,
    status,
    orig=True,
    ctype="multipart/report; report-type=delivery-status; ",
    extra="",
    human_type="text/plain; charset=utf-8",
):
    return make(
        f"""From: {frm}
To: care@pedralva.example
Subject: {subject}
Date: Sun, 22 Nov 2026 11:00:00 +0000
MIME-Version: 1.0
{extra}Content-Type: {ctype}boundary="BB\"""",
        f"""--BB
Content-Type: {human_type}

{human}

--BB
Content-Type: message/delivery-status

{status}

"""
        + (
            f"""--BB
Content-Type: message/rfc822

{ORIG}
"""
            if orig
            else ""
        )
        + "--BB--\n",
    )


def plain(frm, subject, body, extra="", ct="text/plain; charset=utf-8"):
    return make(
        f"""From: {frm}
To: care@pedralva.example
Subject: {subject}
Date: Sun, 22 Nov 2026 11:00:00 +0000
{extra}MIME-Version: 1.0
Content-Type: {ct}""",
        body,
    )


REPORTS = []


def add(name, raw, env, kind, rcpt):
    REPORTS.append(pytest.param(raw, env, kind, rcpt, id=name))


ST = """Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; bia@cliente.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown"""
# Exchange online in languages
for lang, frm, subj, human in [
    (
        "pt",
        "postmaster@cliente.onmicrosoft.com",
        "Não é possível entregar: Seu pedido",
        "Falha na entrega para estes destinatários ou grupos:\n\nbia@cliente.example\nO endereço de email inserido não pôde ser encontrado.",
    ),
    (
        "es",
        "postmaster@cliente.onmicrosoft.com",
        "No se puede entregar: Seu pedido",
        "No se pudo entregar el mensaje a bia@cliente.example.\nNo se encontró bia en cliente.example.",
    ),
    (
        "de",
        "postmaster@cliente.onmicrosoft.com",
        "Unzustellbar: Seu pedido",
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\nbia@cliente.example",
    ),
    (
        "fr",
        "postmaster@cliente.onmicrosoft.com",
        "Non remis : Seu pedido",
        "Échec de la remise à ces destinataires ou groupes :\nbia@cliente.example",
    ),
    (
        "ja",
        "postmaster@cliente.onmicrosoft.com",
        "配信不能: Seu pedido",
        "次の受信者またはグループへの配信に失敗しました:\nbia@cliente.example",
    ),
]:
    add("exo-" + lang, dsn(frm, subj, human, ST), "", "bounce", "bia@cliente.example")
    add(
        "exo-nostatus-" + lang,
        plain(
            frm,
            subj,
            human
            + "\n\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'\n\n"
            + ORIG,
        ),
        "",
        "bounce",
        "bia@cliente.example",
    )
    add(
        "exo-nonull-" + lang,
        plain(frm, subj, human + "\n\n550 5.1.10 RESOLVER.ADR.RecipientNotFound"),
        "care@pedralva.example",
        "bounce",
        "bia@cliente.example",
    )
add(
    "qmail",
    plain(
        "MAILER-DAEMON@mx.cliente.example",
        "failure notice",
        """Hi. This is the qmail-send program at mx.cliente.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bia@cliente.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

"""
        + ORIG,
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "qmail-pt",
    plain(
        "MAILER-DAEMON@mx.locaweb.example",
        "Falha de entrega",
        """Olá. Este é o programa qmail-send em mx.locaweb.example.
Não foi possível entregar sua mensagem para os seguintes endereços.
Este é um erro permanente; desisti. Desculpe.

<bia@cliente.example>:
Desculpe, não existe caixa postal com esse nome. (#5.1.1)

--- Abaixo desta linha está uma cópia da mensagem.

"""
        + ORIG,
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "exim",
    plain(
        "Mail Delivery System <Mailer-Daemon@srv.kinghost.example>",
        "Mail delivery failed: returning message to sender",
        """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  bia@cliente.example
    host mx.cliente.example [203.0.113.1]
    SMTP error from remote mail server after RCPT TO:<bia@cliente.example>:
    550 5.1.1 <bia@cliente.example>: Recipient address rejected: User unknown

------ This is a copy of the message, including all the headers. ------

"""
        + ORIG,
        "X-Failed-Recipients: bia@cliente.example\nAuto-Submitted: auto-replied\n",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "exim-delay",
    plain(
        "Mail Delivery System <Mailer-Daemon@srv.kinghost.example>",
        "Warning: message 1abcde-0001 delayed 24 hours",
        """This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on srv.

The message identifier is:     1abcde-0001
The date of the message is:    Sun, 22 Nov 2026
The subject of the message is: Seu pedido

The address to which the message has not yet been delivered is:

  bia@cliente.example
    host mx.cliente.example: 451 4.7.1 Greylisted

No action is required on your part. Delivery attempts will continue for
some time.""",
        "X-Failed-Recipients: bia@cliente.example\nAuto-Submitted: auto-replied\n",
    ),
    "",
    "delivery-delay",
    "bia@cliente.example",
)
add(
    "gmail",
    dsn(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
        "** Address not found **\n\nYour message wasn't delivered to bia@cliente.example because the address couldn't be found, or is unable to receive mail.",
        ST,
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "gmail-pt-plain",
    plain(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
        "** Endereço não encontrado **\n\nSua mensagem não foi entregue a bia@cliente.example porque o endereço não foi encontrado ou não pode receber e-mails.\n\nA resposta do servidor remoto foi:\n550 5.1.1 The email account that you tried to reach does not exist.",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "gmail-group",
    dsn(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
        "Hello care@pedralva.example,\n\nWe're writing to let you know that the group you tried to contact (vendas) may not exist, or you may not have permission to post messages to the group.",
        """Reporting-MTA: dns; googlemail.com
Final-Recipient: rfc822; vendas@cliente.example
Action: failed
Status: 5.7.1""",
    ),
    "",
    "bounce",
    "vendas@cliente.example",
)
add(
    "yahoo",
    plain(
        "MAILER-DAEMON@yahoo.com",
        "Failure Notice",
        "Sorry, we were unable to deliver your message to the following address.\n\n<bia@cliente.example>:\n554: delivery error: dd This user doesn't have a yahoo.com account (bia@cliente.example) [0] - mta1.mail.yahoo.com\n\n--- Below this line is a copy of the message.\n\n"
        + ORIG,
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "zimbra",
    dsn(
        "MAILER-DAEMON@zimbra.cliente.example (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        "This is the mail system at host zimbra.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<bia@cliente.example>: host zimbra[10.0.0.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command)",
        ST,
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "domino",
    plain(
        "Postmaster@cliente.example",
        "DELIVERY FAILURE: User bia (bia@cliente.example) not listed in Domino Directory",
        "Your message\n\n  Subject: Seu pedido\n\nwas not delivered to:\n\n  bia@cliente.example\n\nbecause:\n\n  User bia (bia@cliente.example) not listed in Domino Directory\n",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "domino-pt",
    plain(
        "Postmaster@cliente.example",
        "FALHA NA ENTREGA: O usuário bia (bia@cliente.example) não está listado no Diretório do Domino",
        "Sua mensagem\n\n  Assunto: Seu pedido\n\nnão foi entregue para:\n\n  bia@cliente.example\n\nporque:\n\n  O usuário bia (bia@cliente.example) não está listado no Diretório do Domino\n",
    ),
    "care@pedralva.example",
    "bounce",
    "bia@cliente.example",
)
add(
    "postfix-nonull",
    dsn(
        "MAILER-DAEMON@mx.uol.example (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        "This is the mail system at host mx.",
        ST,
    ),
    "mailer@uol.example",
    "bounce",
    "bia@cliente.example",
)
add(
    "ses",
    dsn(
        "MAILER-DAEMON@amazonses.com",
        "Delivery Status Notification (Failure)",
        "An error occurred while trying to deliver the mail to the following recipients:\nbia@cliente.example",
        ST,
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "sendgrid",
    plain(
        "MAILER-DAEMON@sendgrid.net",
        "Undelivered Mail Returned to Sender",
        "Hello, this is the mail server on geopod-ismtpd-3.\n\nI am sending you this message to inform you on the delivery status of a\nmessage you previously sent.  Immediately below you will find a list of\nthe affected recipients;  also attached is a Delivery Status Notification\n(DSN) report in standard format, as well as the headers of the original\nmessage.\n\n  <bia@cliente.example>  delivery failed; will not continue trying\n",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "mailgun",
    plain(
        "postmaster@mg.pedralva.example",
        "Undeliverable: Seu pedido",
        "Your message to bia@cliente.example couldn't be delivered.\n\n605 Not delivering to previously bounced address\n",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "brevo",
    plain(
        "no-reply@brevo.com",
        "[Brevo] Hard bounce notification",
        '{"event":"hard_bounce","email":"bia@cliente.example","message-id":"<abc123@pedralva.example>","reason":"550 5.1.1 user unknown"}',
    ),
    "bounces@brevo.com",
    "bounce",
    "bia@cliente.example",
)
add(
    "locaweb",
    plain(
        "Mail Delivery System <MAILER-DAEMON@smtplw.com.br>",
        "Mensagem não entregue",
        "Prezado cliente,\n\nSua mensagem não pôde ser entregue ao destinatário abaixo:\n\nbia@cliente.example\n\nMotivo: 550 Usuário inexistente\n\n--- Mensagem original ---\n"
        + ORIG,
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "uol-null-plainfrom",
    plain(
        "UOL Mail <atendimento@uol.com.br>",
        "Sua mensagem não foi entregue",
        "Não conseguimos entregar sua mensagem para bia@cliente.example pois a caixa postal está cheia.\n\n452 4.2.2 Mailbox full\n",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "kinghost",
    plain(
        "KingHost AntiSpam <antispam@kinghost.com.br>",
        "Mensagem bloqueada",
        "Sua mensagem para bia@cliente.example foi bloqueada por conter conteúdo suspeito.\n554 5.7.1 Blocked\n\n"
        + ORIG,
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "idonly-refs",
    make(
        """From: System Administrator <sysadmin@cliente.example>
To: care@pedralva.example
Subject: Undeliverable: Seu pedido
References: <abc123@pedralva.example>
In-Reply-To: <abc123@pedralva.example>
Content-Type: text/plain""",
        "Your message did not reach some or all of the intended recipients.\n\nThe following recipient(s) could not be reached:\n\n  bia@cliente.example on 22/11/2026 10:00\n    The e-mail account does not exist at the organization this message was sent to.\n",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "idonly-body",
    plain(
        "Postmaster <postmaster@cliente.example>",
        "Delivery failure",
        "Message <abc123@pedralva.example> could not be delivered.\nReason: mailbox unavailable\n",
    ),
    "",
    "bounce",
    "",
)
add(
    "challenge",
    plain(
        "bia@cliente.example",
        "Please confirm your message",
        "I use a spam filter. Click the link below to have your message delivered: https://tmda.example/x",
        "Auto-Submitted: auto-replied\n",
    ),
    "",
    "auto-reply",
    None,
)
add(
    "sympa",
    dsn(
        "postmaster@ml.example",
        "Delivery Status Notification (Failure)",
        "x",
        ST.replace("Final-Recipient", "Original-Recipient: rfc822; bia@cliente.example\nFinal-Recipient").replace(
            "rfc822; bia@cliente.example\nAction", "rfc822; bia2@outro.example\nAction"
        ),
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "rspamd-intl",
    dsn(
        "MAILER-DAEMON@mx.example",
        "Undelivered Mail Returned to Sender",
        "x",
        """Reporting-MTA: dns; mx.example.net

Original-Recipient: utf-8; bia@cliente.example
Final-Recipient: utf-8; bia@cliente.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 não existe""",
        ctype="multipart/report; report-type=global-delivery-status; ",
    ).replace(b"message/delivery-status", b"message/global-delivery-status"),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "b64-status",
    make(
        """From: postmaster@cliente.example
To: care@pedralva.example
Subject: Undeliverable: x
Content-Type: multipart/report; report-type=delivery-status; boundary=BB""",
        """--BB
Content-Type: text/html; charset=utf-8

<html><body><p>Delivery has failed to these recipients:</p><a href="mailto:bia@cliente.example">Bia</a></body></html>
--BB
Content-Type: message/delivery-status
Content-Transfer-Encoding: base64

"""
        + base64.encodebytes(ST.encode()).decode()
        + """
--BB--
""",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "html-only",
    plain(
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>",
        "Returned mail: see transcript for details",
        "<html><body><p>The original message was received at Sun</p><pre>   ----- The following addresses had permanent fatal errors -----\n&lt;bia@cliente.example&gt;\n    (reason: 550 5.1.1 &lt;bia@cliente.example&gt;... User unknown)</pre></body></html>",
        ct="text/html",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "delivered",
    dsn(
        "MAILER-DAEMON@mx.example",
        "Successful Mail Delivery Report",
        "Delivered",
        ST.replace("failed", "delivered").replace("5.1.1", "2.0.0").replace("550 2.0.0", "250 2.0.0"),
    ),
    "",
    "auto-generated",
    "",
)
add(
    "icewarp",
    plain(
        "MAILER-DAEMON@mail.cliente.example",
        "Mensagem não entregue - Delivery failed",
        "Mensagem não foi entregue aos seguintes destinatários:\n\n[bia@cliente.example; 550 5.1.1 User unknown; local]\n",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "mdaemon",
    plain(
        "MDaemon@mail.cliente.example",
        "Permanent Delivery Failure",
        "The following data may contain sections which represent BASE64 encoded\nThe attached message had PERMANENT fatal delivery errors!\n\nFailed address: bia@cliente.example\n--- Session Transcript ---\n <-- 550 bia@cliente.example, Recipient unknown\n",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "courier",
    dsn(
        '"Courier mail server at mx" <@mx.example>',
        "NOTICE: mail delivery status.",
        "This is a delivery status notification from mx,\nrunning the Courier mail server\n\n<bia@cliente.example>:\n 550 User unknown.",
        ST,
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "smarter",
    plain(
        "System Administrator <postmaster@x.example>",
        "Delivery Failure",
        "Could not deliver message to the following recipient(s):\n\nFailed Recipient: bia@cliente.example\nReason: Remote host said: 550 No such user\n\n-- The header and top 20 lines of the message follows --\n\n"
        + ORIG,
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "mimecast",
    plain(
        "Mail Delivery <postmaster@mimecast.example>",
        "[Postmaster] Email Delivery Failure",
        "This is a delivery failure notification message indicating that\nan email you addressed to email address :\n-- bia@cliente.example\n\ncould not be delivered. The problem appears to be :\n-- Recipient email server rejected the message\n",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "hostgator-cpanel",
    plain(
        "cPanel on srv <cpanel@srv.hostgator.example>",
        "Mail delivery failed",
        "bia@cliente.example: Mailbox quota exceeded (over quota)",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "icloud",
    dsn(
        "Mail Delivery System <mailer-daemon@icloud.com>",
        "Undelivered Mail Returned to Sender",
        "I'm sorry to have to inform you that your message could not be delivered.\n<bia@icloud.com>: 552 5.2.2 over quota",
        ST.replace("5.1.1", "5.2.2"),
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "tonline",
    plain(
        "Mailer-Daemon@t-online.de",
        "Fehler bei der Nachrichtenzustellung",
        "Die folgende Adresse ist dem System unbekannt:\n\nbia@cliente.example\n\n|------------------------- Nachrichtenkopf -------------------------|\n"
        + ORIG,
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "laposte",
    plain(
        "postmaster@laposte.net",
        "Message non distribué",
        "Votre message n'a pas pu être remis à son destinataire.\nbia@cliente.example : boîte pleine",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "nifty",
    plain(
        "postmaster@nifty.example",
        "メールが送信できませんでした",
        "以下のメールアドレスへの送信に失敗しました。\nbia@cliente.example\n理由: あて先不明",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "qq",
    plain(
        "PostMaster@qq.com",
        "系统退信",
        "抱歉，您的邮件被退回来了……\n收件人邮件地址：bia@cliente.example\n退信原因：收件人邮件地址不存在，邮件无法送达。",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "163",
    plain("Postmaster@163.com", "系统退信/Systems bounce", "bia@cliente.example\nUser not exist"),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "naver",
    plain("mailer-daemon@naver.com", "[메일전송실패안내] Seu pedido", "bia@cliente.example 존재하지 않는 사용자"),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "mailru",
    plain(
        "mailer-daemon@corp.mail.ru",
        "Mail failure.",
        "Это письмо создано автоматически\nсервером Mail.Ru, отвечать на него не нужно.\n\nК сожалению, Ваше письмо не может быть\nдоставлено одному или нескольким получателям:\n\nbia@mail.ru\n",
    ),
    "",
    "bounce",
    "bia@mail.ru",
)
add(
    "libero",
    plain(
        "postmaster@libero.it",
        "Messaggio non recapitato",
        "Il messaggio non è stato recapitato a bia@cliente.example\nCasella inesistente",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "wp-pl",
    plain(
        "mailer-daemon@wp.pl",
        "Nie dostarczono wiadomości",
        "Wiadomość do bia@cliente.example nie mogła zostać dostarczona.\nUżytkownik nie istnieje",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "strato-nl",
    plain(
        "MAILER-DAEMON@mx.kpn.nl",
        "Uw bericht is niet afgeleverd",
        "Uw bericht aan bia@cliente.example kon niet worden bezorgd.\nPostbus bestaat niet.",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "turkish",
    plain(
        "MAILER-DAEMON@mx.ttnet.example",
        "İleti teslim edilemedi",
        "bia@cliente.example adresine gönderdiğiniz ileti teslim edilemedi.\nKullanıcı bulunamadı",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)
add(
    "czech",
    plain(
        "MAILER-DAEMON@seznam.cz",
        "Zprava nebyla dorucena",
        "Zprávu se nepodařilo doručit: bia@seznam.cz schránka neexistuje",
    ),
    "",
    "bounce",
    "bia@seznam.cz",
)
add(
    "nullonly-person-name",
    plain(
        "Correio <correio@pref.example>",
        "Devolvido: Seu pedido",
        "O destinatário bia@cliente.example não existe neste servidor.\n",
    ),
    "",
    "bounce",
    "bia@cliente.example",
)


@pytest.mark.parametrize(("raw", "envelope", "kind", "recipient"), REPORTS)
def test_a_report_is_known_whoever_wrote_it(raw, envelope, kind, recipient):
    parsed = parse(raw, envelope_sender=envelope)
    assert parsed.auto.value == kind
    if recipient:
        assert recipient in [one.address for one in parsed.bounce.recipients]
