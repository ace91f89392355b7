import pytest

from engagement.channels.email.parsed import AutoKind
from engagement.channels.email.parsing import parse


def letter(*fields: str, sender: str = "ana@exemplo.example", subject: str = "Pedido") -> bytes:
    return "\n".join([f"From: {sender}", f"Subject: {subject}", *fields, "", "Bom dia."]).encode()


def test_a_persons_letter_may_be_answered():
    message = parse(letter("Auto-Submitted: no", "X-Auto-Response-Suppress: DR, RN"))

    assert message.auto is AutoKind.PERSON
    assert message.may_auto_reply


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (["Auto-Submitted: auto-replied"], AutoKind.AUTO_REPLY),
        (["Auto-Submitted: auto-replied (vacation)"], AutoKind.AUTO_REPLY),
        (["Auto-Submitted: auto-replied; owner-email=x"], AutoKind.AUTO_REPLY),
        (["Auto-Submitted: auto-generated"], AutoKind.AUTO_GENERATED),
        (["Auto-Submitted: auto-notified"], AutoKind.AUTO_GENERATED),
        (["X-Autoreply: yes"], AutoKind.AUTO_REPLY),
        (["Precedence: auto_reply"], AutoKind.AUTO_REPLY),
        (["Precedence: bulk"], AutoKind.BULK),
        (["Precedence: list"], AutoKind.BULK),
        (["List-Id: <news.exemplo.example>"], AutoKind.BULK),
        (["List-Unsubscribe: <https://exemplo.example/u>"], AutoKind.BULK),
        (["Return-Path: <>"], AutoKind.AUTO_GENERATED),
    ],
)
def test_robots_are_recognised_by_their_fields(fields, kind):
    message = parse(letter(*fields))

    assert message.auto is kind
    assert not message.may_auto_reply


PROGRAMS = [
    "Automatic reply: Pedido", "Resposta automática: Pedido", "Out of Office: Pedido", "Automatische Antwort: x",
    "Réponse automatique : x", "Respuesta automática: x", "自动回复: x", "Re: Automatic reply: x", "Out of Office Re: x",
    "Ausente do escritório: Re: Pedido", "Ausência: Pedido", "Away: Pedido", "Risposta automatica: x", "Afwezig: x",
    "Abwesenheitsnotiz: x", "Absence du bureau: x", "Fuori ufficio: x", "Fora do escritório: x",
]  # fmt: skip


@pytest.mark.parametrize("subject", PROGRAMS)
@pytest.mark.parametrize(
    "sign", ["In-Reply-To: <ours@pedralva.example>", "X-Auto-Response-Suppress: All", "Return-Path: <>"]
)
def test_a_programs_subject_and_a_second_sign_make_an_automatic_reply(subject, sign):
    assert parse(letter(sign, subject=subject)).auto is AutoKind.AUTO_REPLY


@pytest.mark.parametrize("subject", PROGRAMS)
def test_subjects_alone_decide_nothing(subject):
    assert parse(letter(subject=subject)).auto is AutoKind.PERSON


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Férias até 5 de janeiro", "Estou fora e volto em janeiro."),
        ("Estou de férias", "Olá! Estou de férias até 5 de janeiro. Retorno dia 6."),
        ("Ausência temporária", "Estarei ausente do escritório de 1 a 15 de dezembro."),
        ("Recesso de fim de ano", "Estaremos em recesso até 4 de janeiro."),
        ("On vacation", "I am away until Monday and will be back on 7 December."),
        ("Annual leave", "I'm on annual leave with limited access to email."),
        ("De vacaciones", "Estoy de vacaciones hasta el 10 de enero."),
        ("Urlaub", "Ich bin bis zum 10.01. im Urlaub und wieder erreichbar am 11.01."),
        ("Absence", "Je suis en congé et serai de retour le 4 janvier."),
        ("Ferie", "Sono in ferie, rientro il 7 gennaio."),
        ("Vakantie", "Ik ben afwezig en terug op 4 januari."),
    ],
)
def test_people_who_are_away_have_an_answering_machine_in_seven_languages(subject, text):
    raw = f"From: fabio@exemplo.example\nSubject: {subject}\nIn-Reply-To: <ours@pedralva.example>\n\n{text}\n"
    assert parse(raw.encode()).auto is AutoKind.AUTO_REPLY


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Resposta automática de vocês veio em inglês, preciso de ajuda", "Minha bicicleta está parada, podem ajudar?"),
        ("Automatic reply", "I got only an automatic reply. Where is my order?"),
        ("Férias até 5 de janeiro", "Estou de férias até 5 de janeiro. Podem guardar a minha bicicleta?"),
        ("Vacation rental", "I would like to rent two bikes while we are on vacation in July."),
        ("Out of office hours", "Please tell me when your shop opens, I am away from Monday."),
        ("Auto parts", "Do you sell tyres?"),
        ("Re: Pedido", "Estou de férias, volto dia 5. Pode enviar depois."),
        ("Licença de ciclista", "Quero saber se preciso de licença."),
        ("Urlaub in Pedralva", "Wir kommen im Urlaub vorbei. Bitte senden Sie uns die Preise."),
    ],
)
def test_people_who_write_of_holidays_and_automatic_replies_are_people(subject, text):
    raw = f"From: carla@exemplo.example\nSubject: {subject}\nIn-Reply-To: <ours@pedralva.example>\n\n{text}\n"
    assert parse(raw.encode()).auto is AutoKind.PERSON


def test_an_exchange_rule_answers_by_itself():
    message = parse(letter("X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent", subject="Re: Pedido"))
    assert message.auto is AutoKind.AUTO_REPLY


def test_a_form_that_sends_from_a_robots_address_speaks_for_a_person():
    fields = ["Reply-To: Marta <marta@cliente.example>"]
    assert parse(letter(*fields, sender="no-reply@forms.example")).auto is AutoKind.PERSON
    own = ["Reply-To: help@shop.example"]
    assert parse(letter(*own, sender="no-reply@mail.shop.example")).auto is AutoKind.AUTO_GENERATED


def test_the_posting_addresses_of_a_list_are_known():
    fields = ["List-ID: Care <care.pedralva.example>", "Mailing-list: list care@pedralva.example; contact o@p.example"]
    assert parse(letter(*fields)).list_addresses == ("care@pedralva.example",)


@pytest.mark.parametrize(
    "sender",
    ["no-reply@x.example", "noreply@x.example", "loja-noreply@x.example", "naoresponda@x.example",
     "bounces+12=a.example@x.example", "MAILER-DAEMON@x.example", "notifications@x.example"],
)  # fmt: skip
def test_robots_are_recognised_by_their_address(sender):
    assert parse(letter(sender=sender)).auto is AutoKind.AUTO_GENERATED


@pytest.mark.parametrize("sender", ["norepson@x.example", "andre.n@x.example", "reply@x.example", "postmann@x.example"])
def test_people_with_such_names_are_people(sender):
    assert parse(letter(sender=sender)).auto is AutoKind.PERSON


def test_smtps_own_sender_counts_more_than_a_return_path():
    assert parse(letter(), envelope_sender="").auto is AutoKind.AUTO_GENERATED
    assert parse(letter("Return-Path: <>"), envelope_sender="ana@exemplo.example").auto is AutoKind.PERSON


def test_microsofts_wish_for_no_answer_is_respected():
    message = parse(letter("X-Auto-Response-Suppress: DR, OOF, AutoReply"))

    assert message.auto is AutoKind.PERSON
    assert message.suppresses_replies
    assert not message.may_auto_reply


def test_our_own_mark_comes_back_as_a_loop():
    message = parse(letter("X-Vilarejo-Loop: care@pedralva.example", "X-Loop: other"))

    assert message.loop_markers == ("care@pedralva.example", "other")
    assert not message.may_auto_reply


def report(kind: str, body: str) -> bytes:
    return (
        f"From: ana@exemplo.example\nSubject: x\nContent-Type: multipart/report; report-type={kind}; boundary=b\n\n"
        f"--b\n\nRead.\n--b\nContent-Type: message/{kind}\n\n{body}\n--b--\n"
    ).encode()


def test_a_read_receipt_is_a_disposition_notification():
    raw = report("disposition-notification", "Disposition: manual-action/MDN-sent-manually; displayed")

    assert parse(raw).auto is AutoKind.DISPOSITION_NOTIFICATION


def test_a_complaint_is_a_feedback_report():
    assert parse(report("feedback-report", "Feedback-Type: abuse")).auto is AutoKind.FEEDBACK_REPORT


def test_reports_of_failed_authentication_are_no_complaints():
    message = parse(report("feedback-report", "Feedback-Type: auth-failure"))
    assert (message.auto, message.complaint) == (AutoKind.AUTO_GENERATED, None)


JMRP = (
    "From: {sender}\nSubject: complaint about message from 192.0.2.1\nContent-Type: multipart/mixed; boundary=b\n\n"
    "--b\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: ana@cliente.example\n"
    "Message-ID: <ours@pedralva.example>\n\nHi\n--b--\n"
)


def test_microsofts_report_of_junk_is_a_complaint():
    message = parse(JMRP.format(sender="staff@hotmail.com").encode())
    assert message.auto is AutoKind.FEEDBACK_REPORT
    assert message.complaint.addresses == ("ana@cliente.example",)
    assert message.complaint.message_ids == ("ours@pedralva.example",)


EVENTS = {
    "SES": '{"notificationType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"ana@cliente.example"}]},'
    '"mail":{"messageId":"0101-x","destination":["ana@cliente.example"],"headers":[{"name":"Message-ID","value":"<ours@pedralva.example>"}]}}',
    "SNS": '{"Type":"Notification","Message":"{\\"notificationType\\":\\"Complaint\\",\\"complaint\\":{\\"complainedRecipients\\":'
    '[{\\"emailAddress\\":\\"ana@cliente.example\\"}]},\\"mail\\":{\\"commonHeaders\\":{\\"messageId\\":\\"<ours@pedralva.example>\\"}}}"}',
    "SendGrid": '[{"event":"spamreport","email":"ana@cliente.example","smtp-id":"<ours@pedralva.example>","sg_message_id":"x"}]',
    "Mailgun": '{"event-data":{"event":"complained","recipient":"ana@cliente.example","message":{"headers":{"message-id":"ours@pedralva.example"}}}}',
    "Postmark": '{"RecordType":"SpamComplaint","Email":"ana@cliente.example","MessageID":"ours@pedralva.example"}',
}


@pytest.mark.parametrize("provider", EVENTS)
def test_providers_complaints_as_json_are_complaints(provider):
    raw = f"From: no-reply@provider.example\nSubject: Notification\nList-Unsubscribe: <https://p.example/>\n\n{EVENTS[provider]}\n"
    message = parse(raw.encode())
    assert message.auto is AutoKind.FEEDBACK_REPORT
    assert message.complaint.addresses == ("ana@cliente.example",)
    assert "ours@pedralva.example" in message.complaint.message_ids


def test_a_providers_bounce_as_json_is_a_bounce():
    text = (
        '{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":'
        '"ana@cliente.example","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},'
        '"mail":{"messageId":"x","commonHeaders":{"messageId":"<ours@pedralva.example>"}}}'
    )
    message = parse(f"From: no-reply@sns.example\nSubject: AWS\n\n{text}\n\n--\nUnsubscribe\n".encode())
    assert message.auto is AutoKind.BOUNCE
    assert [(one.address, one.permanent) for one in message.bounce.recipients] == [("ana@cliente.example", True)]


def test_a_person_who_pastes_json_among_words_is_a_person():
    message = parse(letter("Message-ID: <a@x.example>") + b"\n\nWhat does this mean?\n" + EVENTS["SES"].encode())
    assert message.auto is AutoKind.PERSON


NEWS = "\n".join(
    [
        "From: News <news@loja.example>",
        "Return-Path: <bounce-news-2041@lyris.example>",
        "Subject: Undeliverable hopes, rejected offers",
        "{field}",
        "",
        "The mail system of our shop could not be delivered in time: error 550 5.1.1, user unknown.",
        "Write to ana@cliente.example, her mailbox is full of ideas.",
    ]
)


@pytest.mark.parametrize(
    ("field", "kind"),
    [("List-Id: <news.loja.example>", AutoKind.BULK), ("X-Mailer: any", AutoKind.PERSON)],
)
@pytest.mark.parametrize(
    "sender", ["bounce-news-2041@lyris.example", "care-bounces+ana=x@lists.example", "bounces@x.example"]
)
def test_a_bounce_address_in_the_envelope_makes_no_report(field, kind, sender):
    message = parse(NEWS.format(field=field).encode(), envelope_sender=sender)

    assert (message.auto, message.bounce) == (kind, None)


def test_a_person_who_writes_of_holidays_to_a_list_is_no_answering_machine():
    words = "We rode along the coast, and it rained. " * 80
    mail = f"From: Ana <ana@cliente.example>\nSubject: Re: Holidays\nList-Id: <l.example>\nPrecedence: bulk\n\n{words}\nI am on holiday!"

    assert parse(mail.encode()).auto is AutoKind.BULK
