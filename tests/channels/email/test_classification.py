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


@pytest.mark.parametrize(
    "subject",
    ["Automatic reply: Pedido", "Resposta automática: Pedido", "Out of Office: Pedido", "Automatische Antwort: x",
     "Réponse automatique : x", "Respuesta automática: x", "自动回复: x", "Re: Automatic reply: x"],
)  # fmt: skip
def test_robots_are_recognised_by_their_subject(subject):
    assert parse(letter(subject=subject)).auto is AutoKind.AUTO_REPLY


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
