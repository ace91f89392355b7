"""Pages of a person's addresses: what they show, keep, refuse and hide."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from engagement.profiles.actions.identify import add_address
from engagement.profiles.actions.identities import close, verify
from engagement.profiles.actions.resolve import resolve
from engagement.profiles.models import Identity
from engagement.village.models import AuditEntry
from tests.factories import NOW
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone():
    return resolve(kind="phone", address="+55 31 98123-4567", name="Marina Duarte", now=NOW)


@pytest.fixture
def page(phone):
    return f"/people/{phone.profile_id}/identities/"


@pytest.fixture
def agent(db):
    return client_of(person("agent"))


@pytest.fixture
def merchant(db):
    return client_of(person("merchant"))


def text_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_address_is_added_and_a_wrong_one_says_why(agent, page, phone):
    assert agent.post(page, {"kind": "telegram", "address": "5000000123"})["Location"] == page
    assert Identity.objects.get(kind="telegram").profile_id == phone.profile_id
    for wrong, words in (
        ({"kind": "telegram", "address": "@marina"}, "positive number"),
        ({"kind": "messenger", "address": "24021234567890123"}, "within what"),
        ({"kind": "email", "address": "marina"}, "needs a name"),
    ):
        answer = agent.post(page, wrong)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert Identity.objects.count() == 2


def test_an_address_of_somebody_else_is_not_added_and_names_them(agent, phone):
    caio = resolve(kind="email", address="caio@x.example", name="Caio", now=NOW)
    answer = agent.post(f"/people/{caio.profile_id}/identities/", {"kind": "whatsapp", "address": "553181234567"})
    assert answer.status_code == 422
    assert "Marina Duarte has it" in answer.content.decode()


def test_it_is_confirmed_preferred_and_closed_by_hand_and_the_trail_knows(agent, page, phone):
    one = f"{page}{phone.pk}/"
    assert agent.post(f"{one}confirmation/", {}).status_code == 422
    assert agent.post(f"{one}confirmation/", {"how": "said the code"})["Location"] == page
    agent.post(f"{one}preference/")
    phone.refresh_from_db()
    assert (phone.evidence["words"], phone.preferred) == ("said the code", True)
    agent.post(f"{one}confirmation/", {"taken_back": "1"})
    day = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert agent.post(f"{one}closing/", {"reason": "reassigned", "day": day}).status_code == 422
    assert agent.post(f"{one}closing/", {"reason": "reassigned"})["Location"] == page
    phone.refresh_from_db()
    assert (phone.closed_reason, phone.preferred, phone.verified_at) == ("reassigned", False, None)
    done = AuditEntry.objects.filter(action__startswith="identity.").order_by("key").values_list("action", flat=True)
    assert list(done) == ["identity.confirmed", "identity.preferred", "identity.unconfirmed", "identity.closed"]
    agent.post(f"{one}preference/")
    assert not Identity.objects.filter(preferred=True).exists()


def test_an_id_is_replaced(agent, phone, page):
    known = add_address(profile_id=phone.profile_id, kind="bsuid", scope="77", address="BR.111", now=NOW)
    one = f"{page}{known.pk}/replacement/"
    assert "looks like" in agent.post(one, {"address": "111"}).content.decode()
    assert agent.post(one, {"address": "BR.222"})["Location"] == page
    assert Identity.objects.get(address="BR.222").replaces == known


def test_both_pages_say_whose_it_was_and_whose_it_is(agent, phone):
    close(identity_id=phone.pk, reason="reassigned", now=NOW, at=NOW)
    other = resolve(kind="whatsapp", address="553181234567", name="Caio", now=NOW)
    new, old = (text_of(agent.get(f"/people/{one.profile_id}/")) for one in (other, phone))
    assert "was Marina Duarte's until" in new
    assert f"/people/{phone.profile_id}/" in new
    assert "now Caio's" in old
    for one in (other, phone):
        assert "Marina Duarte" in text_of(agent.get(f"/people/{one.profile_id}/identities/"))
    text_of(agent.get(f"/people/{phone.profile_id}/identities/{phone.pk}/"))


def test_who_may_not_read_what_is_sensitive_sees_closed_addresses_masked_and_no_evidence(merchant, agent, page, phone):
    verify(identity_id=phone.pk, evidence={"how": "staff", "words": "said the code"}, now=NOW)
    assert "said the code" not in text_of(merchant.get(f"{page}{phone.pk}/"))
    assert "said the code" in text_of(agent.get(f"{page}{phone.pk}/"))
    assert "98123" in text_of(merchant.get(page))
    close(identity_id=phone.pk, reason="gone", now=timezone.now())
    assert "98123" not in text_of(merchant.get(page))
    assert "98123" in text_of(agent.get(page))
    assert merchant.post(page, {"kind": "email", "address": "a@x.example"}).status_code == 403


def test_an_address_of_another_person_is_not_found(agent, page):
    other = resolve(kind="email", address="caio@x.example", now=NOW)
    assert agent.get(f"{page}{other.pk}/").status_code == 404
    assert agent.post(f"{page}{other.pk}/closing/", {"reason": "gone"}).status_code == 404
    assert Identity.objects.get(pk=other.pk).valid_to is None


def test_the_page_runs_the_same_queries_at_1_and_at_30_addresses(agent, page, phone):
    agent.get(page)
    with CaptureQueriesContext(connection) as few:
        agent.get(page)
    for number in range(30):
        add_address(profile_id=phone.profile_id, kind="email", address=f"m{number}@x.example", now=NOW)
    with CaptureQueriesContext(connection) as many:
        agent.get(page)
    assert len(many) == len(few)
