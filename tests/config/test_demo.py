"""The demo organisation: loaded once, through the real paths, all of it or nothing."""

import json
import stat
from collections import Counter

import pytest
from django.contrib.auth.hashers import check_password, get_hasher
from django.core.management import call_command
from django.db.models import QuerySet
from django.utils import timezone

from conversations.models import Conversation, Message, Queue
from engagement.channels.models import RawEvent, Transmission
from engagement.config.demo import load as loading
from engagement.operations.selectors.plan import plan_state
from engagement.village.models import Role, User


def by_kind(rows: QuerySet, field: str) -> dict[str, int]:
    """How many rows there are of each kind of channel."""
    return Counter(rows.values_list(field, flat=True))


@pytest.mark.django_db(transaction=True)
def test_the_first_run_loads_pedralva_and_says_how_to_sign_in(tmp_path, client):
    target = tmp_path / "demo.json"
    call_command("prepare_demo", write=target)
    demo = json.loads(target.read_text())
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert {user["role"] for user in demo["users"]} == {role.name for role in Role.objects.all()}
    for user in demo["users"]:
        assert User.objects.get(email=user["email"]).check_password(user["password"])
    assert demo["inbound_address"] == "care@pedralva.example"
    answer = client.get("/api/v1/conversations/", headers={"authorization": f"Bearer {demo['api_token']}"})
    assert answer.status_code == 200

    assert by_kind(Conversation.objects.all(), "channel__kind") == {"email": 24, "sms": 2, "community": 1}
    assert set(Conversation.objects.values_list("status", flat=True)) == {"open", "pending", "snoozed", "resolved"}
    assert Conversation.objects.filter(queue__slug="partner-stores").count() == 4
    assert RawEvent.objects.filter(status="received").count() == 0
    assert RawEvent.objects.filter(status="failed").count() == 2
    answers = {"email": 11, "sms": 1}
    assert by_kind(Message.objects.filter(kind="reply"), "conversation__channel__kind") == answers
    assert by_kind(Transmission.objects.filter(purpose="conversation"), "channel__kind") == answers
    assert Conversation.objects.filter(waiting_since__gt=timezone.now()).count() == 0

    plan = plan_state(now=timezone.now())
    states = ["delivered", "delivered", "delivered", "late", "on_time", "blocked"]
    assert [row.state for row in plan.rows] == states
    assert (plan.late[0].milestone.title, plan.late[0].days) == ("CRM both ways", 5)
    assert (plan.open, plan.done, plan.blocked) == (9, 15, 2)
    assert (plan.promises.kept, plan.promises.judged) == (2, 4)
    assert [change.milestone.title for change in plan.changes] == ["CRM both ways"]

    call_command("prepare_demo", write=target)
    assert json.loads(target.read_text()) == demo
    assert Conversation.objects.count() == 27

    call_command("seed", conversations=30)
    assert Conversation.objects.count() == 57


@pytest.mark.django_db(transaction=True)
def test_a_load_that_breaks_leaves_nothing_so_that_the_next_start_is_the_first(tmp_path, monkeypatch):
    def breaks(*_):
        raise RuntimeError("the power went")

    monkeypatch.setattr(loading, "_robots", breaks)
    with pytest.raises(RuntimeError, match="the power went"):
        call_command("prepare_demo", write=tmp_path / "demo.json")
    assert (User.objects.count(), Queue.objects.count(), Conversation.objects.count()) == (0, 0, 0)
    assert not (tmp_path / "demo.json").exists()


@pytest.mark.django_db(transaction=True)
def test_a_load_that_was_cut_off_after_its_commit_is_completed(tmp_path):
    User.objects.create_user("ana@pedralva.example", None, name="Ana")
    (tmp_path / "demo.json.new").write_text('{"users": []}')
    call_command("prepare_demo", write=tmp_path / "demo.json")
    assert json.loads((tmp_path / "demo.json").read_text()) == {"users": []}


def test_a_random_password_is_encoded_quickly_and_anew_at_the_first_sign_in(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    encoded = loading._encode_random("90ab-12cd-34ef-56a7")
    assert check_password("90ab-12cd-34ef-56a7", encoded)
    assert get_hasher().must_update(encoded)
