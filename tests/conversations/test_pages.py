"""The inbox's pages without a browser: who may open what, what each form does, what is refused and how."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from conversations.actions.reply import reply
from conversations.models import Conversation, Draft, Message, MessageAttachment, ReadMark
from engagement.channels.models import Attachment, RawEvent, Transmission
from engagement.keys import new_key
from tests.factories import NOW, make_channel, make_conversation, make_message, make_queue, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


@pytest.fixture
def care():
    channel = make_channel("care@pedralva.example", name="Care")
    queue = make_queue("care", name="Customer care", name_pt="Atendimento", channels=(channel,), is_default=True)
    agents = Group.objects.get(role__slug="agent")
    iara, caio = make_user("Iara Menezes", queues=(queue,)), make_user("Caio Brandt", queues=(queue,))
    stranger = make_user("Dagmar Oyelaran")
    for person in (iara, caio, stranger):
        person.groups.add(agents)
    return SimpleNamespace(channel=channel, queue=queue, iara=iara, caio=caio, stranger=stranger)


@pytest.fixture
def talk(care):
    return make_conversation(care.channel, text="Where is it?")


@pytest.fixture
def agent(client, care):
    client.force_login(care.iara)
    return client


def at(name: str, *args: object) -> str:
    return reverse(f"conversations:{name}", args=args)


def form(text: str = "It left.", **changes: object) -> dict:
    return {
        "text": text,
        "client_key": "k1",
        "seen_seq": 1,
        "to": ["ana@customer.example"],
        "recipients_shown": 1,
    } | changes


# Reading


def test_the_inbox_leads_to_the_list_where_one_was_last(agent):
    assert agent.get(at("inbox")).url == at("list", "all")
    agent.get(at("list", "mine"))
    assert agent.get(at("inbox")).url == at("list", "mine")


@pytest.mark.parametrize(
    "view", ["mine", "unassigned", "all", "mentions", "snoozed", "resolved", "late", "due", "queue:care"]
)
def test_every_view_has_a_page(agent, talk, view):
    response = agent.get(at("list", view))
    assert response.status_code == 200
    assert "Vary" in response.headers
    assert "HX-Target" in response["Vary"]


def test_a_queue_of_others_is_not_there(client, care, talk):
    client.force_login(care.stranger)
    assert client.get(at("list", "queue:care")).status_code == 404
    assert b"You work in no queue yet" in client.get(at("list", "all")).content


@pytest.mark.parametrize(
    "name", ["closure", "waiting", "snooze", "assignment", "queue", "split", "replies", "notes", "drafts", "read"]
)
def test_a_conversation_of_others_is_not_there_and_nothing_changes(client, care, talk, name):
    client.force_login(care.stranger)
    before = Conversation.objects.values().get()
    assert client.post(at(name, talk.pk), form()).status_code == 404
    assert Conversation.objects.values().get() == before
    assert Message.objects.count() == 1


def test_a_thread_of_others_is_not_there(client, care, talk):
    client.force_login(care.stranger)
    assert client.get(at("thread", "all", talk.pk)).status_code == 404
    assert client.get(at("conversation", talk.pk)).status_code == 404


@pytest.mark.parametrize("part", ["thread", "messages", "rail"])
def test_a_page_whose_conversation_is_not_there_any_more_goes_back_to_its_list(client, care, talk, part):
    client.force_login(care.stranger)
    asked = {**HTMX, "HX-Target": f"div#{part}"}
    answers = [client.get(at("thread", "all", key), headers=asked) for key in (talk.pk, new_key())]
    assert [answer["HX-Redirect"] for answer in answers] == [at("list", "all")] * 2
    assert [answer.content for answer in answers] == [b"", b""]


def test_the_rest_of_its_rail_goes_back_with_it(client, care, talk):
    client.force_login(care.stranger)
    page = {"HX-Current-URL": f"http://testserver{at('thread', 'mine', talk.pk)}", "HX-Target": "div#open-now"}
    answers = [client.get(at("open-now", key), headers=HTMX | page) for key in (talk.pk, new_key())]
    assert [answer["HX-Redirect"] for answer in answers] == [at("list", "mine")] * 2
    assert client.get(at("open-now", talk.pk)).status_code == 404


def test_who_is_not_signed_in_is_sent_to_sign_in(client, talk):
    assert client.get(at("thread", "all", talk.pk)).url.startswith("/accounts/login/")


def test_the_page_works_without_htmx_and_shows_list_thread_and_rail(agent, talk):
    page = agent.get(at("thread", "all", talk.pk)).content.decode()
    assert page.count("<html") == 1
    for part in ("Where is it?", 'id="rows"', 'id="composer"', "ana@customer.example", "Known since"):
        assert part in page


@pytest.mark.parametrize("part", ["messages", "thread-top", "rail", "thread"])
def test_htmx_gets_the_part_that_it_asks_for(agent, talk, part):
    response = agent.get(at("thread", "all", talk.pk), headers={**HTMX, "HX-Target": f"div#{part}"})
    assert f'id="{part}"' in response.content.decode()
    assert b"<html" not in response.content


def test_earlier_messages_come_on_request_and_stay_in_a_refresh(agent, care, talk):
    for number in range(60):
        reply(
            conversation=talk, author=care.caio, text=f"Answer {number}", client_key=str(number), seen_seq=999, now=NOW
        )
    url = at("thread", "all", talk.pk)
    assert b"Where is it?" not in agent.get(url).content
    older = agent.get(url, {"before": 12}, headers={**HTMX, "HX-Target": "p#older"})
    assert b"Where is it?" in older.content
    again = agent.get(url, {"from": 1}, headers={**HTMX, "HX-Target": "div#messages"}).content
    assert b"Where is it?" in again
    assert b"Answer 59" in again


def test_numbers_in_the_address_that_are_none_are_not_found(agent, talk):
    assert agent.get(at("thread", "all", talk.pk), {"before": "x"}).status_code == 404
    assert agent.get(at("list", "all"), {"after": "x"}).status_code == 404


def test_what_strangers_write_is_shown_as_text(agent, care):
    talk = make_conversation(
        care.channel, name="<b>Ana</b>", title="<i>hi</i>", text="<script>alert(1)</script> http://a.example/?a=1&b=2"
    )
    page = agent.get(at("thread", "all", talk.pk)).content.decode()
    assert "<script>alert" not in page
    assert "<b>Ana" not in page
    assert "<i>hi" not in page
    assert 'rel="noopener noreferrer nofollow"' in page


def test_more_than_fifty_colleagues_are_reached_by_typing_a_name(agent, care, talk):
    for number in range(55):
        make_user(f"Zé Colega {number:02}", queues=(care.queue,))
    make_user("Ágata Nunes", queues=(care.queue,))
    url = at("menu", talk.pk, "people")
    first = agent.get(url).content.decode()
    assert first.index("Ágata Nunes") < first.index("Caio Brandt")
    assert ("Zé Colega 54" in first, "There are more: type a name" in first) == (False, True)
    assert "Zé Colega 54" in agent.get(url, {"name": "ze colega 54"}).content.decode()
    found = agent.get(url, {"name": "nunes"}).content.decode()
    assert ("Ágata Nunes" in found, "Caio" in found) == (True, False)
    assert "Nobody of this name works in the queue" in agent.get(url, {"name": "Xavier"}).content.decode()


# Standing


def test_resolving_and_opening_again_with_a_toast_that_undoes(agent, talk):
    response = agent.post(at("closure", talk.pk), headers=HTMX)
    assert Conversation.objects.get().status == "resolved"
    undo = at("undo", talk.pk, Message.objects.get(kind="event").pk)
    assert undo in response["HX-Trigger"]
    agent.post(undo, headers=HTMX)
    assert Conversation.objects.get().status == "open"
    agent.post(at("closure", talk.pk))
    agent.post(f"{at('closure', talk.pk)}?_method=delete")
    assert Conversation.objects.get().status == "open"
    agent.post(at("closure", talk.pk))
    agent.delete(at("closure", talk.pk))
    assert Conversation.objects.get().status == "open"


def test_a_plain_form_leads_back_to_the_conversation(agent, talk):
    response = agent.post(at("closure", talk.pk))
    assert (response.status_code, response.url) == (302, at("thread", "all", talk.pk))


def test_snoozing_until_a_local_time(agent, care, talk):
    agent.post(at("snooze", talk.pk), {"until": "2030-01-02T09:30"})
    assert timezone.localtime(Conversation.objects.get().snoozed_until).isoformat() == "2030-01-02T09:30:00-03:00"


@pytest.mark.parametrize("until", ["", "tomorrow", "2001-01-01T00:00", "2030-13-45T00:00"])
def test_a_time_that_is_none_or_over_is_refused(agent, talk, until):
    response = agent.post(at("snooze", talk.pk), {"until": until}, headers=HTMX)
    assert response.status_code == 422
    assert "toast" in response["HX-Trigger"]
    assert Conversation.objects.get().status == "open"


def test_giving_it_to_a_colleague_and_to_nobody(agent, care, talk):
    agent.post(at("assignment", talk.pk), {"assignee": care.caio.pk})
    assert Conversation.objects.get().assignee == care.caio
    agent.post(at("assignment", talk.pk), {"assignee": ""})
    assert Conversation.objects.get().assignee is None


def test_who_has_no_access_to_the_queue_is_not_given_it(agent, care, talk):
    response = agent.post(at("assignment", talk.pk), {"assignee": care.stranger.pk}, headers=HTMX)
    assert response.status_code == 422
    assert "Dagmar Oyelaran has no access to this queue." in response["HX-Trigger"]
    assert Conversation.objects.get().assignee is None


def test_the_menu_of_people_names_who_works_in_the_queue(agent, talk):
    menu = agent.get(at("menu", talk.pk, "people")).content.decode()
    assert "Caio Brandt" in menu
    assert "Dagmar" not in menu


def test_moving_it_out_of_sight_leads_back_to_the_list(agent, talk):
    elsewhere = make_queue("finance")
    response = agent.post(at("queue", talk.pk), {"queue": elsewhere.pk}, headers=HTMX)
    assert response["HX-Redirect"] == at("list", "all")
    assert Conversation.objects.get().queue == elsewhere


# Writing


def test_an_answer_is_queued_and_can_be_undone(agent, care, talk):
    response = agent.post(
        at("replies", talk.pk), form(), headers={**HTMX, "HX-Current-URL": f"http://x{at('thread', 'all', talk.pk)}"}
    )
    assert response.status_code == 200
    assert b"undo-strip" in response.content
    message = Message.objects.get(kind="reply")
    assert Transmission.objects.get().recipients == [
        {"address": "ana@customer.example", "name": "Ana Prado", "role": "to"}
    ]
    back = agent.delete(at("reply", talk.pk, message.pk), headers=HTMX)
    assert back.status_code == 200
    assert b"It left." in back.content
    assert Transmission.objects.get().state == "cancelled"


def test_the_same_form_twice_is_one_answer(agent, talk):
    agent.post(at("replies", talk.pk), form())
    agent.post(at("replies", talk.pk), form())
    assert Message.objects.filter(kind="reply").count() == 1


def test_an_answer_of_somebody_else_is_not_undone(agent, care, talk):
    theirs = reply(conversation=talk, author=care.caio, text="Mine", client_key="c", seen_seq=1, now=timezone.now())
    assert agent.delete(at("reply", talk.pk, theirs.pk)).status_code == 404
    assert Transmission.objects.get().state == "queued"


def test_too_late_to_undo_is_said(agent, care, talk):
    agent.post(at("replies", talk.pk), form())
    Transmission.objects.update(state="claimed")
    response = agent.delete(at("reply", talk.pk, Message.objects.get(kind="reply").pk), headers=HTMX)
    assert response.status_code == 409
    assert "Too late" in response["HX-Trigger"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"text": "  "}, "Write something first."),
        ({"to": []}, "at least one person"),
        ({"to": ["no address"]}, "not a complete address"),
        ({"to": ["care@pedralva.example"]}, "our own"),
    ],
)
def test_an_answer_that_cannot_go_comes_back_with_its_words(agent, talk, changes, why):
    response = agent.post(at("replies", talk.pk), form("My words") | changes, headers=HTMX)
    assert response.status_code == 422
    assert why in response.content.decode()
    assert ("My words" in response.content.decode()) == ("text" not in changes)
    assert Message.objects.count() == 1


def test_a_collision_is_409_with_the_colleagues_words_and_both_ways_out(agent, care, talk):
    reply(conversation=talk, author=care.caio, text="Already done", client_key="c", seen_seq=1, now=NOW)
    response = agent.post(at("replies", talk.pk), form("Mine"), headers=HTMX)
    page = response.content.decode()
    assert response.status_code == 409
    assert all(words in page for words in ("Caio answered", "Already done", "Mine", "Send anyway", "Throw mine away"))
    assert agent.post(at("replies", talk.pk), form("Mine", anyway=1), headers=HTMX).status_code == 200


def test_sending_and_resolving_in_one(agent, talk):
    agent.post(at("replies", talk.pk), form(then="resolved"))
    assert Conversation.objects.get().status == "resolved"


def test_a_note_stays_inside(agent, talk):
    assert agent.post(at("notes", talk.pk), form("Only us"), headers=HTMX).status_code == 200
    assert Message.objects.get(kind="note").text == "Only us"
    assert Transmission.objects.count() == 0
    assert agent.post(at("notes", talk.pk), form(""), headers=HTMX).status_code == 422


def test_a_draft_is_kept_shown_to_the_team_and_thrown_away(agent, client, care, talk):
    for text in ("He", "Hello"):
        assert agent.post(at("drafts", talk.pk), form(text, kind="reply")).status_code == 204
    assert Draft.objects.get().text == "Hello"
    client.force_login(care.caio)
    assert b"Draft, not sent" in client.get(at("thread", "all", talk.pk)).content
    client.force_login(care.iara)
    assert b"Hello" in client.get(at("thread", "all", talk.pk)).content
    assert client.delete(at("draft", talk.pk, "reply"), headers=HTMX).status_code == 200
    assert Draft.objects.count() == 0


def test_reading_is_noted_per_person(agent, care, talk):
    assert agent.post(at("read", talk.pk), {"seq": 1}).status_code == 204
    assert ReadMark.objects.get().person == care.iara
    assert agent.post(at("read", talk.pk)).status_code == 422


# Files and frames


@pytest.fixture
def file(talk):
    kept = Attachment(filename="página.html", content_type="text/html", size=4, sha256="0" * 64, created_at=NOW)
    kept.file.save("x", ContentFile(b"<b>!"), save=False)
    kept.save()
    MessageAttachment.objects.create(message=talk.messages.get(), attachment=kept)
    return kept


def test_a_file_is_given_out_as_a_download_that_no_browser_runs(agent, file):
    response = agent.get(at("attachment", file.pk), {"inline": 1})
    assert b"".join(response.streaming_content) == b"<b>!"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''p%C3%A1gina.html")
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_a_file_of_others_is_not_there(client, care, file):
    client.force_login(care.stranger)
    assert client.get(at("attachment", file.pk)).status_code == 404


def test_an_upload_is_typed_by_its_bytes_and_only_bitmaps_are_drawn(agent, care):
    upload = SimpleUploadedFile("photo.html", PNG, content_type="text/html")
    chip = agent.post(at("upload"), {"file": upload})
    kept = Attachment.objects.get()
    assert (chip.status_code, kept.content_type, kept.uploaded_by) == (200, "image/png", care.iara)
    shown = agent.get(at("attachment", kept.pk), {"inline": 1})
    assert shown["Content-Type"] == "image/png"
    assert shown["Content-Disposition"].startswith("inline")


def test_uploads_that_are_too_large_or_empty_are_refused(agent, settings):
    settings.ATTACHMENT_LIMIT = 10
    assert agent.post(at("upload"), {"file": SimpleUploadedFile("a.txt", b"x" * 11)}).status_code == 422
    assert agent.post(at("upload"), {"file": SimpleUploadedFile("a.txt", b"")}).status_code == 422
    assert Attachment.objects.count() == 0


def test_a_form_without_javascript_brings_its_files_along(agent, talk):
    agent.post(at("replies", talk.pk), form(files=SimpleUploadedFile("offer.txt", b"words")))
    assert Message.objects.get(kind="reply").files.get().attachment.filename == "offer.txt"


def test_a_frame_runs_nothing_and_loads_images_only_when_asked(agent, care):
    html = '<table><tr><td><img data-remote-src="http://a.example/x.png" alt="x"></td></tr></table>'
    talk = make_conversation(care.channel, html=html, remote_images=1)
    url = at("html", talk.pk, talk.messages.get().pk)
    quiet, asked = agent.get(url), agent.get(url, {"images": 1})
    assert ' src="https://a.example' not in quiet.content.decode()
    assert ' src="https://a.example/x.png"' in asked.content.decode()
    policy = quiet["Content-Security-Policy"]
    assert "script-src 'none'" in policy
    assert "img-src 'self' data:;" in policy + ";"
    assert "https:" not in policy
    assert "img-src 'self' data: https:" in asked["Content-Security-Policy"]
    assert "sandbox allow-same-origin" in policy
    assert "allow-scripts" not in policy
    assert quiet["X-Frame-Options"] == "SAMEORIGIN"


def test_a_frame_of_others_is_not_there(client, care, talk):
    client.force_login(care.stranger)
    assert client.get(at("html", talk.pk, talk.messages.get().pk)).status_code == 404


# Needs attention


def test_what_failed_can_be_sent_again_or_settled(agent, care, talk):
    sent = reply(conversation=talk, author=care.iara, text="Lost", client_key="r", seen_seq=1, now=NOW)
    Transmission.objects.update(state="failed", error="550 no such user")
    assert b"Order 1234" in agent.get(at("attention")).content
    assert agent.post(at("send-again", sent.transmission_id)).status_code == 302
    assert Transmission.objects.get().state == "queued"
    Transmission.objects.update(state="failed")
    agent.post(at("settle-send", sent.transmission_id))
    assert Transmission.objects.get().settled_by == care.iara


def test_a_failed_answer_of_others_is_not_there(client, care, talk):
    sent = reply(conversation=talk, author=care.iara, text="Lost", client_key="r", seen_seq=1, now=NOW)
    Transmission.objects.update(state="failed")
    client.force_login(care.stranger)
    assert client.post(at("send-again", sent.transmission_id)).status_code == 404
    assert Transmission.objects.get().state == "failed"


def test_what_could_not_be_read_shows_its_source_as_text_and_is_read_again(agent, care):
    event = RawEvent.objects.create(
        channel=care.channel, received_at=NOW, body=b"<script>x</script>", status="failed", error="no header"
    )
    page = agent.get(at("raw", event.pk)).content
    assert b"&lt;script&gt;x" in page
    assert agent.get(at("raw-source", event.pk)).content == b"<script>x</script>"
    agent.post(at("replay", event.pk))
    assert RawEvent.objects.get().status == "received"


def test_who_may_not_replay_sees_no_source(client, care):
    event = RawEvent.objects.create(channel=care.channel, received_at=NOW, body=b"x", status="failed")
    person = make_user("Merchant", queues=(care.queue,))
    person.groups.add(Group.objects.get(role__slug="merchant"))
    client.force_login(person)
    assert client.get(at("raw", event.pk)).status_code == 403
    assert client.get(at("attention")).status_code == 403


# Cost


@pytest.mark.parametrize("path", ["list", "thread"])
def test_a_page_asks_the_database_as_often_for_thirty_as_for_three(
    agent, care, django_assert_max_num_queries, path, talk
):
    def count() -> int:
        url = at("list", "all") if path == "list" else at("thread", "all", talk.pk)
        agent.get(url)
        with django_assert_max_num_queries(60) as queries:
            agent.get(url)
        return len(queries)

    for number in range(2):
        make_conversation(care.channel, f"a{number}@customer.example")
    few = count()
    for number in range(27):
        make_conversation(care.channel, f"b{number}@customer.example")
        make_message(
            care.channel,
            "ana@customer.example",
            received_at=NOW + timedelta(minutes=number),
            in_reply_to=[talk.messages.first().externals.get().external_id],
        )
    assert count() == few
