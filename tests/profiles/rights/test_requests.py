"""Requests about a person's data: deadlines, who may do what, what is refused, legal holds."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from engagement.events.models import OutboxEvent
from engagement.profiles.actions import change, resolve
from engagement.profiles.actions.change import Facts
from engagement.profiles.models import Consent, ConsentState, DataRequest, LegalHold, Profile
from engagement.profiles.rights import answering, deadlines, holding_back
from engagement.profiles.rights.filing import RequestRefused, change_law, file_request
from engagement.village.models import AuditEntry
from tests.factories import NOW
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def ana():
    return resolve(kind="email", address="ana@customer.example", name="Ana Prado", now=NOW).profile


@pytest.fixture
def counselor(db):
    return person("counselor", name="Otávio Lins")


def filed(who, kind="access", **facts):
    facts = {"via": "email", "words": "What do you know of me?", "received_at": NOW, "actor": None, "now": NOW} | facts
    return file_request(profile_id=who.pk, kind=kind, **facts)


def test_the_time_is_fifteen_days_or_the_same_day_of_the_next_month(ana):
    assert filed(ana).due_at == NOW + 15 * DAY
    ana.country = "PT"
    assert deadlines.law_of(ana) == "gdpr"
    end_of_january = datetime(2027, 1, 31, 9, tzinfo=UTC)
    assert deadlines.due_at("gdpr", end_of_january) == datetime(2027, 2, 28, 9, tzinfo=UTC)
    assert deadlines.due_at("gdpr", datetime(2026, 12, 15, 9, tzinfo=UTC)) == datetime(2027, 1, 15, 9, tzinfo=UTC)


def test_a_request_is_filed_once_and_runs_from_the_day_it_came_in(ana):
    first = filed(ana, received_at=NOW - 5 * DAY)
    assert first.due_at == NOW + 10 * DAY
    assert filed(ana) == first
    assert DataRequest.objects.count() == 1
    assert OutboxEvent.objects.filter(name="profiles.data_request_changed").count() == 1
    entry = AuditEntry.objects.get(action="data_request.filed")
    assert "Ana" not in entry.subject_name
    assert entry.detail["kind"] == "access"


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "gossip"},
        {"via": "pigeon"},
        {"received_at": NOW + DAY},
        {"law": "gdpr"},
    ],
)
def test_what_is_no_request_is_refused(ana, facts):
    with pytest.raises(RequestRefused):
        filed(ana, **facts)
    assert not DataRequest.objects.exists()


def test_another_law_needs_a_reason_and_moves_the_deadline(ana, counselor):
    request = filed(ana)
    with pytest.raises(RequestRefused):
        change_law(request_id=request.pk, law="gdpr", reason=" ", actor=counselor, now=NOW)
    changed = change_law(request_id=request.pk, law="gdpr", reason="Lives in Lisbon", actor=counselor, now=NOW)
    assert changed.due_at == datetime(2026, 12, 20, 12, tzinfo=UTC)


def test_gdpr_extends_once_and_in_time_and_lgpd_never(ana, counselor):
    request = filed(ana)
    with pytest.raises(RequestRefused):
        answering.extend(request_id=request.pk, reason="Many letters", actor=counselor, now=NOW)
    change_law(request_id=request.pk, law="gdpr", reason="Lives in Lisbon", actor=counselor, now=NOW)
    with pytest.raises(RequestRefused):
        answering.extend(request_id=request.pk, reason="Many letters", actor=counselor, now=NOW + 40 * DAY)
    extended = answering.extend(request_id=request.pk, reason="Many letters", actor=counselor, now=NOW + DAY)
    assert extended.due_at == datetime(2027, 2, 20, 12, tzinfo=UTC)
    with pytest.raises(RequestRefused):
        answering.extend(request_id=request.pk, reason="Again", actor=counselor, now=NOW + 2 * DAY)


def test_an_objection_ends_marketing_everywhere_with_the_request_as_evidence(ana, counselor):
    request = filed(ana, "objection", words="No more offers, please.")
    answering.answer(request_id=request.pk, text="Done.", actor=counselor, now=NOW)
    states = ConsentState.objects.filter(profile=ana, purpose="marketing")
    assert {(state.channel, state.granted) for state in states} == {
        ("email", False),
        ("sms", False),
        ("whatsapp", False),
    }
    assert Consent.objects.get().evidence == {
        "text": "No more offers, please.",
        "request": str(request.pk),
        "via": "email",
    }


def test_an_objection_cannot_be_refused(ana, counselor):
    request = filed(ana, "objection")
    with pytest.raises(RequestRefused):
        answering.refuse(request_id=request.pk, reason="We like you", actor=counselor, now=NOW)


def test_a_correction_records_which_facts_changed_and_not_what_they_were(ana, counselor):
    request = filed(ana, "correction", words="My name is Ana Prates.")
    with pytest.raises(RequestRefused):
        answering.answer(request_id=request.pk, text="Done.", actor=counselor, now=NOW)
    answering.verify(request_id=request.pk, how="From the confirmed address", actor=counselor, now=NOW)
    change.change(profile_id=ana.pk, facts=Facts(name="Ana Prates"), actor=counselor, now=NOW + DAY)
    answering.answer(request_id=request.pk, text="Done.", actor=counselor, now=NOW + DAY)
    entry = AuditEntry.objects.get(action="data_request.answered")
    assert entry.detail["corrected"] == ["name"]
    assert "Prates" not in str(entry.detail)


def test_access_needs_its_file_and_an_erasure_is_not_answered_by_words(ana, counselor):
    for kind in ("access", "erasure"):
        request = filed(ana, kind)
        answering.verify(request_id=request.pk, how="From the confirmed address", actor=counselor, now=NOW)
        with pytest.raises(RequestRefused):
            answering.answer(request_id=request.pk, text="Done.", actor=counselor, now=NOW)


def test_a_hold_holds_what_is_asked_before_and_after_it_until_it_is_lifted(ana, counselor):
    before = filed(ana, "erasure")
    held = holding_back.hold(profile_id=ana.pk, reason="Lawsuit 17", actor=counselor, now=NOW)
    before.refresh_from_db()
    assert before.state == "held"
    answering.cancel(request_id=before.pk, reason="A mistake", actor=counselor, now=NOW)
    after = filed(ana, "erasure")
    assert after.state == "held"
    holding_back.lift(hold_id=held.pk, reason="Over", actor=counselor, now=NOW + DAY)
    holding_back.lift(hold_id=held.pk, reason="Over", actor=counselor, now=NOW + DAY)
    after.refresh_from_db()
    assert after.state == "open"
    assert AuditEntry.objects.filter(action="legal_hold.lifted").count() == 1
    assert OutboxEvent.objects.filter(name="profiles.legal_hold_changed").count() == 2


def test_a_hold_that_ends_by_itself_lets_the_request_go_on(ana, counselor):
    request = filed(ana, "erasure")
    holding_back.hold(profile_id=ana.pk, reason="Lawsuit 17", ends_at=NOW + DAY, actor=counselor, now=NOW)
    assert holding_back.release_ended(now=NOW + timedelta(hours=1)) == 0
    assert holding_back.release_ended(now=NOW + 2 * DAY) == 1
    request.refresh_from_db()
    assert request.state == "open"


def test_a_hold_on_one_profile_holds_the_whole_person(ana, counselor):
    other = resolve(kind="email", address="aprado@work.example", now=NOW).profile
    Profile.objects.filter(pk=other.pk).update(canonical=ana)
    holding_back.hold(profile_id=other.pk, reason="Lawsuit 17", actor=counselor, now=NOW)
    assert filed(ana, "erasure").state == "held"


def test_an_agent_files_from_the_persons_page_and_a_counselor_works_it_off(ana, counselor):
    agent = client_of(person("agent"))
    assert f"/people/{ana.pk}/requests/" in agent.get(f"/people/{ana.pk}/").content.decode()
    today = timezone.localdate()
    sent = {"kind": "erasure", "via": "phone", "received_on": (today - 2 * DAY).isoformat(), "law": "lgpd"}
    answer = agent.post(f"/people/{ana.pk}/requests/", {**sent, "words": "<b>Forget me</b>"})
    request = DataRequest.objects.get()
    assert answer.status_code == 302
    assert (request.due_at.date() - today).days == 13
    assert "&lt;b&gt;Forget me" in agent.get(f"/people/requests/{request.pk}/").content.decode()
    assert agent.get("/people/requests/").status_code == 403
    client = client_of(counselor)
    assert "Ana Prado" in client.get("/people/requests/").content.decode()
    assert "Ana Prado" in client.get("/").content.decode()
    url = f"/people/requests/{request.pk}"
    client.post(f"{url}/identity/", {"asked": "1"})
    client.post(f"{url}/identity/", {"how": "From the confirmed address"})
    client.post(f"{url}/refusal/", {"refuse-reason": "The tax law keeps the invoices for five years."})
    request.refresh_from_db()
    assert (request.state, request.closed_by) == ("refused", counselor)
    assert "tax law" in client.get(f"{url}/").content.decode()
    assert "Ana Prado" in client.get("/people/requests/?of=closed").content.decode()


def test_what_is_wrong_is_said_and_nothing_is_kept(ana, counselor):
    client = client_of(counselor)
    tomorrow = (timezone.localdate() + DAY).isoformat()
    sent = {"kind": "access", "via": "email", "received_on": tomorrow, "law": "lgpd"}
    assert client.post(f"/people/{ana.pk}/requests/", sent).status_code == 422
    assert client.post(f"/people/{ana.pk}/holds/", {"reason": ""}).status_code == 422
    request = filed(ana)
    assert client.post(f"/people/requests/{request.pk}/refusal/", {"refuse-reason": ""}).status_code == 422
    assert client.get("/people/requests/?after=forged").status_code == 404
    assert not LegalHold.objects.exists()


def test_holds_are_set_and_lifted_by_hand(ana, counselor):
    client = client_of(counselor)
    client.post(f"/people/{ana.pk}/holds/", {"reason": "Lawsuit 17"})
    assert "Lawsuit 17" in client.get(f"/people/{ana.pk}/requests/").content.decode()
    client.post(f"/people/holds/{LegalHold.objects.get().pk}/lifting/", {"reason": "Settled"})
    assert LegalHold.objects.get().lift_reason == "Settled"
    agent = client_of(person("agent"))
    assert "Lawsuit" not in agent.get(f"/people/{ana.pk}/requests/").content.decode()


def test_the_queue_is_a_fixed_number_of_queries(ana, counselor):
    client = client_of(counselor)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get("/people/requests/").status_code == 200
        return len(captured)

    filed(ana)
    queries()
    one = queries()
    for number in range(5):
        who = resolve(kind="email", address=f"p{number}@customer.example", name=f"P {number}", now=NOW).profile
        filed(who)
    assert queries() == one
