"""Mail as it came over the wire, read through the whole pipeline: what stands in the thread, the list, search, API."""

from base64 import b64decode
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from conversations.actions.customer import change_customer, restore_customer
from conversations.actions.recipients import everyone
from conversations.layout import sections_of
from conversations.models import Draft, Message
from conversations.previews import read_preview
from conversations.said import find
from engagement.channels.actions.receive import receive
from engagement.channels.inbound.delivery_key import delivery_key
from engagement.channels.inbound.processing import process_waiting
from engagement.events import relay
from engagement.village.models import AuditEntry
from tests.channels.email.corpora import corpus
from tests.factories import make_channel, make_queue, make_user

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.fixture
def channel(db):
    channel = make_channel("care@pedralva.example")
    make_queue("care", channels=(channel,), is_default=True)
    return channel


@pytest.fixture
def agent(channel):
    return make_user("Iara", queues=tuple(channel.queues.all()), is_superuser=True)


def case(folder: str, name: str) -> bytes:
    """One of the cases; those of ``mail-cases`` have their subject behind their name."""
    found = sorted(corpus(folder).glob(f"{name}.eml")) or sorted(corpus(folder).glob(f"{name}-*.eml"))
    return found[0].read_bytes()


def deliver(channel, body: bytes) -> Message:
    envelope = {"mail_from": "someone@customer.example", "rcpt_to": [channel.address]}
    receive(channel=channel, body=body, provider_key=delivery_key(body), envelope=envelope, now=NOW)
    process_waiting()
    while relay.run_pending():
        continue
    return Message.objects.filter(kind="received").select_related("conversation").latest("created_at", "seq")


def thread_of(client, agent, message, language="en") -> str:
    agent.language = language
    agent.save()
    client.force_login(agent)
    with translation.override(language):
        url = reverse("conversations:thread", args=["all", message.conversation_id])
        page = client.get(url, headers={"HX-Request": "true", "HX-Target": "div#messages", "Accept-Language": language})
    return page.content.decode()


@pytest.mark.parametrize(
    ("folder", "name", "words"),
    [
        ("cases", "E01", "opaque words E01"),
        ("cases", "E01b", "opaque words E01"),
        ("cases", "E03b", "Words only inside the winmail.dat E03."),
        ("cases", "E06", "My order is 4411, words E06."),
        ("cases", "E31", "Visible words E31"),
        ("cases", "E32", "Real words E32: where is my order?"),
        ("cases", "E04c", "Bike fitting"),
        ("cases", "E04", "Bike fitting, second try"),
        ("mail-cases", "q01", "Podem mandar até sexta?"),
        ("mail-cases", "q02", "cobrado em dobro."),
        ("mail-cases", "q04", "Quero devolução."),
        ("mail-cases", "f01", "Meu guidao veio torto."),
        ("mail-cases", "f02", "Meu guidao veio torto."),
        ("mail-cases", "e02", "①自転車"),
    ],
)
def test_what_they_said_is_in_the_thread_the_list_and_search(client, channel, agent, folder, name, words):
    message = deliver(channel, case(folder, name))

    assert words in message.text
    assert words[:20] in message.conversation.preview
    assert words.split()[-1].strip("?.") in thread_of(client, agent, message)
    assert [said.text for said in find(words, agent, 5)] == [message.text[:1000]]


@pytest.mark.parametrize(
    ("name", "english", "portuguese"),
    [
        ("E04", "Invitation: Bike fitting, second try", "Convite: Bike fitting, second try"),
        ("E04c", "Kira declined: Bike fitting", "Kira recusou: Bike fitting"),
        ("E04d", "Kira accepted: Bike fitting", "Kira aceitou: Bike fitting"),
    ],
)
def test_the_list_says_what_an_invitation_does(channel, name, english, portuguese):
    stored = deliver(channel, case("cases", name)).conversation.preview

    assert read_preview(stored) == english
    with translation.override("pt-br"):
        assert read_preview(stored) == portuguese


def test_what_an_invitation_describes_is_in_the_thread_and_found(client, channel, agent):
    message = deliver(channel, case("cases", "E04"))

    assert "Bring shoes." in thread_of(client, agent, message)
    assert [said.text for said in find("shoes", agent, 5)] == [message.text[:1000]]


def test_who_declined_is_in_the_thread_and_found(client, channel, agent):
    message = deliver(channel, case("cases", "E04c"))

    assert "Kira declined" in thread_of(client, agent, message)
    assert [said.text for said in find("Kira", agent, 5)] == [message.text[:1000]]


def invitation(
    *,
    hour: int,
    sequence: int,
    method: str = "REQUEST",
    uid: str = "m1@cal.example",
    extra: str = "",
    stamp: str = "20261130T090000Z",
) -> bytes:
    """A mail with an appointment of 3 December 2026, at this hour of UTC."""
    status = "STATUS:CANCELLED\n" if method == "CANCEL" else ""
    when = f"DTSTART:20261203T{hour:02}0000Z\nDTEND:20261203T{hour + 1:02}0000Z\n" if hour else ""
    summary = "SUMMARY:Fitting\n" if hour else ""
    return (
        f"From: Kira <kira@cal.example>\nTo: care@pedralva.example\nSubject: Fitting {sequence} {hour} {method} {stamp}\n"
        f"Message-ID: <{method}-{sequence}-{hour}-{stamp}-{uid}>\nDate: Mon, 30 Nov 2026 09:00:00 +0000\nMIME-Version: 1.0\n"
        f"Content-Type: text/calendar; method={method}; charset=utf-8\n\n"
        f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\nMETHOD:{method}\nBEGIN:VEVENT\nUID:{uid}\n"
        f"SEQUENCE:{sequence}\nDTSTAMP:{stamp}\n{when}{summary}{status}{extra}END:VEVENT\nEND:VCALENDAR\n"
    ).encode()


def bring(channel, **facts) -> Message:
    """Deliver an invitation; return its own message: several of a test have one time."""
    body = invitation(**facts)
    deliver(channel, body)
    return Message.objects.get(title=message_from_bytes(body)["Subject"], conversation__channel=channel)


def card_of(message: Message, language: str = "en") -> tuple[str, str, dict[str, str]]:
    """The heading, the title and the facts of the invitation, as somebody in São Paulo reads them."""
    with translation.override(language), timezone.override("America/Sao_Paulo"):
        card = sections_of(message, ())[0].card
        assert card is not None
        return card.heading, card.title, dict(card.facts)


def test_an_invitation_that_moved_says_from_when(client, channel, agent):
    bring(channel, hour=13, sequence=0)
    moved = bring(channel, hour=17, sequence=1)

    heading, _title, facts = card_of(moved)
    assert heading == "Invitation moved or updated"
    assert ("10:00" in facts["Moved from"], "14:00" in facts["When"]) == (True, True), facts
    assert "10:00" in card_of(moved, "pt-br")[2]["Movido de"]
    assert "Moved from" in thread_of(client, agent, moved)
    again = bring(channel, hour=20, sequence=2)
    assert "14:00" in card_of(again)[2]["Moved from"]  # from the newest, not from the first


def test_an_invitation_that_kept_its_time_did_not_move(channel):
    bring(channel, hour=13, sequence=0)
    updated = bring(channel, hour=13, sequence=1, extra="LOCATION:Room 2\n")
    heading, _title, facts = card_of(updated)
    assert (heading, "Moved from" in facts, facts["Where"]) == ("Invitation updated", False, "Room 2")
    other = bring(channel, hour=15, sequence=1, uid="m2@cal.example")
    assert "Moved from" not in card_of(other)[2]  # another appointment


def test_a_change_that_came_too_late_is_outdated(channel):
    bring(channel, hour=17, sequence=3)
    late = bring(channel, hour=13, sequence=1)
    assert card_of(late)[2]["Outdated"] == "A newer message about this appointment arrived before."


def outdated(message: Message) -> str:
    message.refresh_from_db()
    return card_of(message)[2].get("Outdated", "")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_versions_of_an_invitation_say_the_same_in_whichever_order_they_arrive(channel, order):
    hours = (13, 17, 20)
    found = {number: bring(channel, hour=hours[number], sequence=number) for number in order}
    assert [bool(outdated(found[number])) for number in (0, 1, 2)] == [True, True, False]
    heading, _title, facts = card_of(found[2])
    assert (heading, "14:00" in facts["Moved from"]) == ("Invitation moved or updated", True), facts


def test_an_invitation_that_was_there_says_that_a_newer_one_has_come(channel):
    first = bring(channel, hour=13, sequence=0)
    bring(channel, hour=13, sequence=1)
    assert outdated(first) == "A newer message about this appointment has arrived since."
    with translation.override("pt-br"):
        assert dict(sections_of(first, ())[0].card.facts)["Desatualizado"].startswith("Depois desta")


def test_a_cancellation_that_came_first_names_what_came_later(channel):
    canceled = bring(channel, hour=0, sequence=1, method="CANCEL")
    late = bring(channel, hour=13, sequence=0)
    assert outdated(late) == "A newer message about this appointment arrived before."
    canceled.refresh_from_db()
    assert (card_of(canceled)[1], "10:00" in card_of(canceled)[2]["When"]) == ("Fitting", True)


def test_of_one_sequence_the_later_stamp_is_newer(channel):
    newer = bring(channel, hour=17, sequence=1, stamp="20261130T100000Z")
    older = bring(channel, hour=13, sequence=1, stamp="20261130T090000Z")
    assert (bool(outdated(newer)), bool(outdated(older))) == (False, True)
    assert "10:00" in card_of(newer)[2]["Moved from"]


def test_nobody_but_the_organizer_outdates_an_invitation(channel):
    first = bring(channel, hour=13, sequence=0, extra="ORGANIZER;CN=Kira:mailto:kira@cal.example\n")
    bring(channel, hour=17, sequence=9, extra="ORGANIZER:mailto:eve@else.example\n")
    bring(channel, hour=0, sequence=9, method="REPLY", extra="ORGANIZER:mailto:kira@cal.example\n")
    assert outdated(first) == ""
    bring(channel, hour=18, sequence=1, extra="ORGANIZER:MAILTO:KIRA@cal.example\n")
    assert outdated(first) != ""


def test_a_bare_cancellation_names_what_is_canceled(channel):
    bring(channel, hour=13, sequence=0)
    canceled = bring(channel, hour=0, sequence=1, method="CANCEL")
    heading, title, facts = card_of(canceled)
    assert (heading, title, "10:00" in facts["When"]) == ("Canceled", "Fitting", True), facts


def test_an_appointment_of_another_channel_is_not_compared(channel):
    other = make_channel("sales@pedralva.example")
    make_queue("sales", channels=(other,))
    bring(other, hour=13, sequence=0)
    moved = bring(channel, hour=17, sequence=1)
    assert "Moved from" not in card_of(moved)[2]


@pytest.mark.parametrize(
    ("name", "english", "portuguese"),
    [
        ("E01", "Signed; signature not checked", "assinatura não verificada"),
        ("E01d", "Encrypted: cannot be read here", "Criptografada: não pode ser lida aqui"),
        ("E01e", "Encrypted: cannot be read here", "Criptografada: não pode ser lida aqui"),
        ("E04", "Invitation", "Convite"),
        ("E04b", "Canceled", "Cancelado"),
        ("E04c", "Kira declined", "Kira recusou"),
        ("E04d", "Kira accepted", "Kira aceitou"),
    ],
)
def test_how_it_came_is_said_in_the_readers_language(client, channel, agent, name, english, portuguese):
    message = deliver(channel, case("cases", name))

    assert english in thread_of(client, agent, message)
    assert portuguese in thread_of(client, agent, message, "pt-br")


def test_an_invitation_is_shown_in_the_readers_zone(client, channel, agent):
    message = deliver(channel, case("cases", "E04"))
    page = thread_of(client, agent, message)

    with timezone.override("America/Sao_Paulo"):
        assert "14:30" in page or "2:30 p.m." in page
    for words in ("Bike fitting, second try", "Rua das Pedras 7", "Bring shoes.", "https://meet.example/x?a=1&amp;b=2"):
        assert words in page


def nested(*, subject: str, name: str, content: EmailMessage | None = None, html: str = "") -> EmailMessage:
    """A mail with its formatting, a file, and perhaps a further one inside."""
    mail = EmailMessage()
    mail["From"], mail["To"] = f"{name} <{name.lower()}@inner.example>", "shop@inner.example"
    mail["Subject"], mail["Date"] = subject, "Tue, 03 Nov 2026 10:00:00 +0000"
    mail.set_content(f"Words of {name}.")
    if html:
        mail.add_alternative(html, subtype="html")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename=f"{name}.pdf")
    if content is not None:
        mail.add_attachment(content)
    return mail


def test_a_message_in_a_message_in_a_message_is_readable_with_head_files_and_formatting(client, channel, agent):
    table = "<table bgcolor='#ffeeee'><tr><td><b>Words of Bia.</b></td><td><script>x()</script>12,00</td></tr></table>"
    inner = nested(subject="Invoice 12", name="Bia", html=table)
    middle = nested(subject="Fwd: Invoice 12", name="Caio", content=inner)
    outer = nested(subject="See this", name="Ana", content=middle)
    outer["Message-ID"] = "<outer@inner.example>"
    message = deliver(channel, outer.as_bytes())

    page = thread_of(client, agent, message)
    for shown in (
        "Fwd: Invoice 12",
        "Invoice 12",
        "Caio &lt;caio@inner.example&gt;",
        "Words of Caio.",
        "Words of Bia.",
    ):
        assert shown in page
    sections = sections_of(message, [link.attachment for link in message.files.order_by("position")])
    assert [(one.subject, one.depth, [file.filename for file in one.files]) for one in sections] == [
        ("Fwd: Invoice 12", 1, ["Caio.pdf", "Invoice 12.eml"]),
        ("Invoice 12", 2, ["Bia.pdf"]),
    ]
    assert [one.has_html for one in sections] == [False, True]
    frame = reverse("conversations:html", args=[message.conversation_id, message.pk])
    assert f"{frame}?section=1" in page
    drawn = client.get(f"{frame}?section=1").content.decode()
    assert ("<table" in drawn, "Words of Bia." in drawn, "x()" in drawn) == (True, True, False)
    for none in ("9", "-1", "x", "99999999999999999999"):
        assert "Words of Bia." not in client.get(f"{frame}?section={none}").content.decode()


PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def pictured(name: str, file: str, source: str = "cid:image001@x", content_id: str = "<image001@x>") -> EmailMessage:
    """A mail whose HTML says what its text says, and shows a picture."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{name} <{name.lower()}@inner.example>", "shop@inner.example", file
    mail["Message-ID"] = f"<{file}@inner.example>"
    mail.set_content(f"Words of {name}.")
    mail.add_alternative(f"<p>Words of {name}.</p><img src='{source}' alt=''>", subtype="html")
    mail.get_payload()[1].add_related(
        PIXEL, maintype="image", subtype="png", cid=content_id, filename=file, disposition="inline"
    )
    return mail


def test_pictures_of_an_opened_message_stand_in_it_and_in_no_other(client, channel, agent):
    outer, inner = pictured("Ana", "outer.png"), pictured("Bia", "inner.png")
    outer.make_mixed()
    inner.make_mixed()
    inner.add_attachment(pictured("Caio", "deep.png", source="cid:image%30001%40x"))
    outer.add_attachment(inner)
    message = deliver(channel, outer.as_bytes())

    files = [link.attachment for link in message.files.order_by("position").select_related("attachment")]
    named = {file.filename: f"{reverse('conversations:attachment', args=[file.pk])}?inline=1" for file in files}
    page = thread_of(client, agent, message)
    sections = sections_of(message, files)
    assert [(one.has_pictures, [file.filename for file in one.files]) for one in sections] == [
        (True, ["deep.png.eml"]),
        (False, ["deep.png"]),  # its HTML names another one
    ]
    assert named["inner.png"] not in page, "it stands in the frame"
    frame = reverse("conversations:html", args=[message.conversation_id, message.pk])
    assert named["outer.png"] in client.get(frame).content.decode()
    assert named["inner.png"] in client.get(f"{frame}?section=0").content.decode()


def test_a_content_id_is_found_as_mail_programs_write_it_in_a_url(client, channel, agent):
    outer = nested(subject="See this", name="Ana")
    outer["Message-ID"] = "<escaped@inner.example>"
    outer.add_attachment(pictured("Bia", "inner.png", source="cid:image001%40x"))
    outer.add_attachment(pictured("Caio", "other.png", source="cid:nowhere@x"))
    message = deliver(channel, outer.as_bytes())

    frame = reverse("conversations:html", args=[message.conversation_id, message.pk])
    thread_of(client, agent, message)
    drawn = [client.get(f"{frame}?section={number}").content.decode() for number in (0, 1)]
    assert ["?inline=1" in one for one in drawn] == [True, False]
    assert "<img" in drawn[1], "its place stays"


def test_formatting_of_opened_messages_is_bounded(channel):
    wide = "<table><tr>" + "<td><b>word</b></td>" * 10_000 + "</tr></table>"
    outer = nested(subject="Many", name="Ana", content=nested(subject="One", name="Bia", html=wide))
    outer.add_attachment(nested(subject="Two", name="Caio", html=wide))
    message = deliver(channel, outer.as_bytes())

    kept = [len(facts.get("html", "")) for facts in message.detail["layout"]["sections"]]
    assert len(kept) == 2
    assert 0 < sum(kept) <= 300_000


def test_files_inside_what_was_opened_are_there(channel):
    assert [link.attachment.filename for link in deliver(channel, case("cases", "E03")).files.all()] == ["receipt.txt"]


def test_a_name_of_nothing_visible_shows_the_address(client, channel, agent):
    message = deliver(channel, case("cases", "E18"))

    assert (message.sender_name, message.title) == ("", "")
    assert "ghost@e18.example" in thread_of(client, agent, message)
    client.force_login(agent)
    whole = client.get(reverse("conversations:thread", args=["all", message.conversation_id])).content.decode()
    assert "(no subject)" in whole


def test_a_domain_is_shown_in_letters(client, channel, agent):
    message = deliver(channel, case("cases", "E13b"))

    assert message.sender_address == "post@fahrräder.example"
    assert everyone(message.conversation)[0]["address"] == "post@fahrräder.example"
    client.force_login(agent)
    whole = client.get(reverse("conversations:thread", args=["all", message.conversation_id])).content.decode()
    assert "xn--" not in whole
    assert "post@fahrräder.example" in whole


@pytest.mark.parametrize("name", ["f01", "f02"])
def test_who_wrote_a_forwarded_message_can_be_answered(client, channel, agent, name):
    message = deliver(channel, case("mail-cases", name))
    page = thread_of(client, agent, message)
    number = message.detail["layout"]["sections"][0]
    url = reverse("conversations:original-sender", args=[message.conversation_id, message.pk, 0])

    assert number["address"] == "rui.f01@cliente.example"
    assert "Rui Mota &lt;rui.f01@cliente.example&gt;" in page
    assert url in page
    client.force_login(agent)
    response = client.post(url, headers={"HX-Request": "true"})
    assert 'value="rui.f01@cliente.example"' in response.content.decode()
    draft = Draft.objects.get(conversation=message.conversation)
    assert [one["address"] for one in draft.recipients] == ["rui.f01@cliente.example"]


def test_who_wrote_a_forwarded_message_can_be_made_the_customer_and_back(client, channel, agent):
    message = deliver(channel, case("mail-cases", "f01"))
    conversation = message.conversation
    before = (conversation.profile_id, conversation.endpoint_id)
    client.force_login(agent)
    url = reverse("conversations:customer", args=[conversation.pk, message.pk, 0])

    assert client.post(url, headers={"HX-Request": "true"}).status_code == 200
    conversation.refresh_from_db()
    assert conversation.endpoint.address == "rui.f01@cliente.example"
    assert conversation.profile.name == "Rui Mota"
    assert [one["address"] for one in everyone(conversation)] == ["rui.f01@cliente.example"]
    assert conversation.participants.get().address == "lia.f01@loja.example"
    assert "Lia Telles" in thread_of(client, agent, message)

    assert client.post(f"{url}?_method=delete", headers={"HX-Request": "true"}).status_code == 200
    conversation.refresh_from_db()
    assert (conversation.profile_id, conversation.endpoint_id) == before
    assert client.post(f"{url}?_method=delete", headers={"HX-Request": "true"}).status_code == 409
    actions = AuditEntry.objects.filter(action__startswith="conversation.customer").order_by("pk")
    assert [entry.action for entry in actions] == ["conversation.customer_changed", "conversation.customer_restored"]


def test_the_customer_is_changed_once(channel, agent):
    conversation = deliver(channel, case("mail-cases", "f01")).conversation
    for _twice in range(2):
        change_customer(conversation=conversation, address="rui@c.example", name="Rui", actor=agent, now=NOW)

    assert conversation.messages.filter(detail__event="customer_changed").count() == 1
    restore_customer(conversation=conversation, actor=agent, now=NOW)
    conversation.refresh_from_db()
    assert conversation.endpoint.address == "lia.f01@loja.example"


@pytest.mark.parametrize(
    ("name", "label"), [("E32", "Show plain text"), ("q06", "Show plain text"), ("colors", "Show original formatting")]
)
def test_the_other_version_can_be_opened(client, channel, agent, name, label):
    if name == "colors":
        body = (
            b"From: Ana <ana@c.example>\r\nTo: care@pedralva.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: text/html\r\n\r\n<p>Mine are <span style='color:red'>in red</span></p>"
        )
    else:
        body = case("cases" if name[0] == "E" else "mail-cases", name)

    assert label in thread_of(client, agent, deliver(channel, body))


def test_colors_of_the_sender_are_drawn_by_a_style_sheet_of_the_page(client, channel, agent):
    body = (
        b"From: Ana <ana@c.example>\r\nTo: care@pedralva.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/html\r\n\r\n<p style='color:red'>a</p><p style='background:#ff0'>b</p>"
    )
    message = deliver(channel, body)
    client.force_login(agent)
    response = client.get(reverse("conversations:html", args=[message.conversation_id, message.pk]))
    page, policy = response.content.decode(), response["Content-Security-Policy"]

    assert '[data-color="#ff0000"] { color: #ff0000; }' in page
    assert '[data-background="#ffff00"] { background-color: #ffff00; }' in page
    nonce = page.partition('<style nonce="')[2].partition('"')[0]
    assert f"'nonce-{nonce}'" in policy
    assert "'unsafe-inline'" not in policy
