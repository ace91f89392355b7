"""The review queue's pages: oldest first, what is decided, by whom, in which language; nothing lost on a refusal."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collaboration import approvals
from collaboration.models import ApprovalRequest, ApprovalWaiver, Notification
from collaboration.selectors import reviews
from engagement.events import relay
from engagement.keys import new_key
from tests.collaboration import subjects
from tests.collaboration.subjects import HASH, OTHER, STATE
from tests.collaboration.test_approvals import ask, decide
from tests.factories import NOW, minutes
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kinds():
    subjects.provide()


@pytest.fixture
def author():
    return person("troubadour", email="author@pedralva.example", name="Lia Fontoura", language="pt-br")


@pytest.fixture
def counselor():
    return person("counselor", email="helena@pedralva.example", name="Helena Prado")


def at(name, request):
    return reverse(f"collaboration:{name}", args=[request.pk])


def state(request):
    return ApprovalRequest.objects.get(pk=request.pk).state


def test_the_oldest_request_is_open_beside_the_queue(author, counselor):
    newer, older = ask(author, now=NOW), ask(author, now=NOW - minutes(60))
    answer = client_of(counselor).get(reverse("collaboration:reviews"))
    assert [row.request for row in answer.context["queue"].rows] == [older, newer]
    assert answer.context["approval"] == older
    assert "Spring offer" in answer.content.decode()


def test_approving_leads_to_the_next_and_refusing_without_a_reason_is_422(author, counselor):
    first, second = ask(author, now=NOW), ask(author, now=NOW + minutes(1), content_hash=OTHER)
    browser = client_of(counselor)
    refused = browser.post(at("review-decisions", first), {"verdict": "refused", "seen_hash": HASH, "reason": ""})
    assert refused.status_code == 422
    assert "Give a reason. The author reads it." in refused.content.decode()
    assert state(first) == "open"
    done = browser.post(at("review-decisions", first), {"verdict": "approved", "seen_hash": HASH})
    assert done.url == at("review", second)
    assert state(first) == "approved"


def test_the_second_reviewer_keeps_what_they_wrote_and_reads_who_decided(author, counselor):
    request = ask(author)
    decide(request, counselor)
    other = client_of(person("counselor", email="second@pedralva.example"))
    said = {"verdict": "refused", "seen_hash": HASH, "reason": "No proof"}
    answer = other.post(at("review-decisions", request), said)
    assert answer.status_code == 409
    assert "Helena Prado has approved it already." in answer.content.decode()
    assert state(request) == "approved"


def test_a_text_that_changed_meanwhile_is_409_and_stays_open(author, counselor):
    request = ask(author)
    STATE["hash"][request.subject_id] = OTHER
    answer = client_of(counselor).post(at("review-decisions", request), {"verdict": "approved", "seen_hash": HASH})
    assert answer.status_code == 409
    assert "It was changed while you were reading." in answer.content.decode()
    assert state(request) == "open"


def test_the_author_reads_it_comments_withdraws_and_decides_nothing(author, counselor):
    request = ask(author)
    browser = client_of(author)
    page = browser.get(at("review", request)).content.decode()
    assert "Você pediu esta aprovação" in page
    assert browser.post(at("review-decisions", request), {"verdict": "approved", "seen_hash": HASH}).status_code == 403
    assert (
        browser.post(at("review-comments", request), {"text": "<i>até 2026</i>", "client_key": "a"}).status_code == 302
    )
    assert "&lt;i&gt;até 2026&lt;/i&gt;" in client_of(counselor).get(at("review", request)).content.decode()
    assert browser.post(at("review-withdrawal", request)).status_code == 302
    assert state(request) == "withdrawn"


def test_another_author_s_request_is_not_found(author):
    request = ask(author)
    other = client_of(person("troubadour", email="other@pedralva.example"))
    assert other.get(at("review", request)).status_code == 404
    assert other.post(at("review-comments", request), {"text": "x", "client_key": "a"}).status_code == 404
    assert other.post(at("review-withdrawal", request)).status_code == 404
    assert (state(request), request.comments.count()) == ("open", 0)


def test_a_blocking_rule_is_waived_on_the_page(author, counselor):
    request = ask(author)
    STATE["rules"] = [subjects.rule()]
    browser = client_of(counselor)
    assert (
        "You can approve when “Claim without proof” is settled" in browser.get(at("review", request)).content.decode()
    )
    said = {"verdict": "approved", "seen_hash": HASH}
    assert browser.post(at("review-decisions", request), said).status_code == 409
    assert browser.post(at("review-waivers", request), {"rule": "claim", "reason": ""}).status_code == 422
    assert ApprovalWaiver.objects.count() == 0
    assert browser.post(at("review-waivers", request), {"rule": "claim", "reason": "Seen"}).status_code == 302
    assert browser.post(at("review-decisions", request), said).status_code == 302
    assert state(request) == "approved"


def test_reviewers_and_author_are_told_and_reading_it_counts_as_seen(author, counselor):
    request = ask(author)
    relay.run_pending(now=NOW + minutes(10_000))
    row = Notification.objects.get()
    assert (row.person, row.title) == (counselor, "Lia Fontoura asks for approval: Spring offer")
    client_of(counselor).get(at("review", request))
    row.refresh_from_db()
    assert row.seen_at is not None
    decide(request, counselor, "refused", reason="Sem prova")
    relay.run_pending(now=NOW + minutes(10_000))
    told = Notification.objects.get(person=author)
    assert (told.title, told.text) == ("Helena Prado recusou: Spring offer", "Sem prova")


def test_an_edit_by_a_colleague_is_told_to_the_author(author, counselor):
    request = ask(author)
    approvals.void(kind="tests.text", subject_id=request.subject_id, content_hash_now=OTHER, actor=counselor, now=NOW)
    relay.run_pending(now=NOW + minutes(10_000))
    assert Notification.objects.get(person=author).title == "Mudou, então precisa de nova aprovação: Spring offer"


def test_the_band_counts_what_one_may_decide(author, counselor):
    ask(author)
    ask(counselor)
    page = client_of(counselor).get(reverse("collaboration:reviews")).content.decode()
    assert '<span class="band__count">1<span' in page


def test_fragments_are_parts_of_the_page(author, counselor):
    request, browser = ask(author), client_of(counselor)
    for part in ("standing", "talk", "decision", "rules"):
        headers = {"HX-Request": "true", "HX-Target": f"div#{part}"}
        answer = browser.get(at("review", request), headers=headers).content.decode()
        assert f'id="{part}"' in answer
        assert "<html" not in answer
    queue = browser.get(reverse("collaboration:reviews"), headers={"HX-Request": "true"}).content.decode()
    assert 'id="queue"' in queue
    assert "<html" not in queue


def test_the_queue_asks_the_same_number_of_queries_at_3_requests_and_at_30(author, counselor):
    browser, counts = client_of(counselor), []
    for number in (3, 27):
        for _ in range(number):
            ask(author, subject_id=new_key())
        browser.get(reverse("collaboration:reviews"))
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(reverse("collaboration:reviews")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_home_shows_the_queue_to_a_counselor_and_the_answer_to_the_author(author, counselor):
    request = ask(author)
    assert "Spring offer" in client_of(counselor).get(reverse("home")).content.decode()
    decide(request, counselor, "refused", reason="No proof")
    page = client_of(author).get(reverse("home")).content.decode()
    assert "Enviado para aprovação" in page
    assert "recusada" in page


def test_the_queue_and_what_was_decided_have_all_their_rows_in_pages(author, counselor, monkeypatch):
    monkeypatch.setattr(reviews, "PAGE_SIZE", 2)
    asked = [ask(author, subject_id=new_key()) for _ in range(5)]
    page = client_of(counselor).get(reverse("collaboration:reviews"))
    assert page.context["queue"].count == 5
    shown = []
    for number in ("1", "2", "3"):
        got = client_of(counselor).get(reverse("collaboration:reviews"), {"page": number})
        shown += [row.request.pk for row in got.context["queue"].rows]
    assert shown == [one.pk for one in asked]
    for odd in ("0", "-1", "99999999999", "x", "7", "²"):
        assert client_of(counselor).get(reverse("collaboration:reviews"), {"page": odd}).status_code == 200
    second = client_of(counselor).get(reverse("collaboration:reviews"), {"page": "2"}).content.decode()
    assert f'{reverse("collaboration:review", args=[asked[2].pk])}?page=2"' in second
    assert 'href="?page=1"' in second
    assert 'href="?page=3"' in second
    ApprovalRequest.objects.update(state="approved", closed_at=NOW)
    decided = client_of(counselor).get(reverse("collaboration:reviews"), {"decided": "3"})
    assert (decided.context["closed"].count, len(decided.context["closed"].rows)) == (5, 1)
