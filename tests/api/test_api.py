"""The API: who may, what comes back, what a repeated or a wrong request gets."""

import json
import threading

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.utils import timezone

from conversations.models import Message
from engagement.api.actions import TokenRefused, make_token, revoke_token
from engagement.api.models import ApiToken
from engagement.village.models import AuditEntry

LIST = "/api/v1/conversations/"
pytestmark = pytest.mark.django_db


def messages_of(conversation) -> str:
    return f"{LIST}{conversation.pk}/messages/"


def post(client, url, headers, body, **more):
    return client.post(url, json.dumps(body), content_type="application/json", headers=headers | more)


class TestWhoMay:
    def test_nobody_without_a_token(self, client):
        answer = client.get(LIST)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["title"] == "Unauthorized"

    @pytest.mark.parametrize("token", ["", "x", "vil_00000000_nothing", "vil_1_2_3", "vil_é_ü", "vil_" + "a" * 5000])
    def test_nobody_with_a_token_that_is_none(self, client, token):
        assert client.get(LIST, headers={"authorization": f"Bearer {token}"}).status_code == 401

    def test_a_revoked_an_expired_and_an_inactive_person_s_token_are_refused(self, client, agent, bearer):
        headers = bearer()
        assert client.get(LIST, headers=headers).status_code == 200
        ApiToken.objects.update(expires_at=timezone.now())
        assert client.get(LIST, headers=headers).status_code == 401
        headers = bearer()
        revoke_token(token=ApiToken.objects.latest("key"), actor=agent, now=timezone.now())
        assert client.get(LIST, headers=headers).status_code == 401
        headers = bearer()
        agent.is_active = False
        agent.save()
        assert client.get(LIST, headers=headers).status_code == 401

    def test_a_token_may_only_what_its_scopes_say(self, client, bearer, visible):
        headers = bearer("conversations:read")
        assert client.get(LIST, headers=headers).status_code == 200
        assert client.get("/api/v1/profiles/", headers=headers).status_code == 403
        assert post(client, messages_of(visible), headers, {"text": "hello"}).status_code == 403
        assert Message.objects.filter(conversation=visible).count() == 2

    def test_a_token_waits_for_the_second_factor_that_a_role_of_its_owner_demands(
        self, client, agent, bearer, settings
    ):
        headers = bearer()
        settings.REQUIRE_MFA_ROLES = ["administrator"]
        assert client.get(LIST, headers=headers).status_code == 200
        settings.REQUIRE_MFA_ROLES = ["agent"]
        for answer in (client.get(LIST, headers=headers), post(client, "/api/v1/profiles/", headers, {})):
            assert answer.status_code == 403
            assert answer["Content-Type"] == "application/problem+json"
            assert "set up an authenticator app" in answer.json()["detail"]
        Authenticator.objects.create(user=agent, type=Authenticator.Type.RECOVERY_CODES, data={})
        assert client.get(LIST, headers=headers).status_code == 403
        Authenticator.objects.create(user=agent, type=Authenticator.Type.TOTP, data={})
        assert client.get(LIST, headers=headers).status_code == 200

    def test_a_token_may_nothing_that_its_person_may_not(self, client, agent, bearer):
        agent.groups.clear()
        assert client.get(LIST, headers=bearer()).status_code == 403

    def test_a_conversation_of_another_queue_is_not_there(self, client, bearer, visible, hidden):
        headers = bearer()
        assert [c["id"] for c in client.get(LIST, headers=headers).json()["results"]] == [str(visible.pk)]
        assert client.get(f"{LIST}{hidden.pk}/", headers=headers).status_code == 404
        assert client.get(messages_of(hidden), headers=headers).status_code == 404
        assert post(client, messages_of(hidden), headers, {"text": "hello"}).status_code == 404
        assert client.get(LIST, {"search": "secret"}, headers=headers).json()["results"] == []
        assert Message.objects.filter(conversation=hidden).count() == 1

    def test_the_token_itself_is_not_kept(self, agent):
        token, text = make_token(
            person=agent, name="x", scopes=["profiles:read"], expires_at=timezone.now() + timezone.timedelta(days=1),
            now=timezone.now(),
        )  # fmt: skip
        assert text.split("_", 2)[2] not in json.dumps(list(ApiToken.objects.values()), default=str)
        assert AuditEntry.objects.get(action="api_token.made").subject_id == str(token.pk)

    @pytest.mark.parametrize(
        ("scopes", "days"), [([], 1), (["everything"], 1), (["profiles:read"], 0), (["profiles:read"], 400)]
    )
    def test_a_token_that_may_not_be_made(self, agent, scopes, days):
        now = timezone.now()
        with pytest.raises(TokenRefused):
            make_token(person=agent, name="x", scopes=scopes, expires_at=now + timezone.timedelta(days=days), now=now)
        assert ApiToken.objects.count() == 0


class TestReading:
    def test_messages_come_newest_first_in_keyset_pages(self, client, bearer, visible):
        headers = bearer()
        first = client.get(messages_of(visible), {"page_size": 1}, headers=headers).json()
        assert [m["text"] for m in first["results"]] == ["Is anybody there?"]
        second = client.get(first["next"], headers=headers).json()
        assert [m["text"] for m in second["results"]] == ["a torn saddle"]
        assert second["next"] is None

    @pytest.mark.parametrize(
        "query", [{"cursor": "x"}, {"cursor": "e30"}, {"cursor": "WzFd"}, {"page_size": "0"}, {"page_size": "many"}]
    )
    def test_a_cursor_or_size_that_is_none_is_a_400(self, client, bearer, visible, query):
        answer = client.get(LIST, query, headers=bearer())
        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"

    def test_search_finds_words_of_messages_and_addresses(self, client, bearer, visible):
        headers = bearer()
        for words in ("saddle", "torn sadd", "ana@x"):
            found = client.get(LIST, {"search": words}, headers=headers).json()["results"]
            assert [c["id"] for c in found] == [str(visible.pk)], words
        assert client.get(LIST, {"search": "giraffe"}, headers=headers).json()["results"] == []
        assert client.get(LIST, {"search": "\x00'\"&|!:*("}, headers=headers).status_code == 200

    def test_profiles_and_channels(self, client, bearer, visible):
        headers = bearer()
        profile = client.get("/api/v1/profiles/", {"search": "ANA"}, headers=headers).json()["results"][0]
        assert profile["identities"][0]["address"] == "ana@x.example"
        channel = client.get("/api/v1/channels/", headers=headers).json()["results"][0]
        assert channel["address"] == "care@pedralva.example"
        assert "credentials" not in channel


class TestWriting:
    def test_an_answer_stands_in_the_thread_and_is_on_its_way(self, client, agent, bearer, visible):
        answer = post(client, messages_of(visible), bearer(), {"text": "Yes, here."})
        assert answer.status_code == 201
        message = Message.objects.get(pk=answer.json()["id"])
        assert (message.kind, message.text, message.author, message.seq) == ("reply", "Yes, here.", agent, 3)
        assert message.transmission_id is not None

    @pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "  "}, {"text": 3, "kind": "song"}, [], "text", None])
    def test_what_cannot_be_said_is_refused_with_a_pointer(self, client, bearer, visible, body):
        answer = post(client, messages_of(visible), bearer(), body)
        assert answer.status_code == 422
        assert answer.json()["status"] == 422
        assert Message.objects.filter(conversation=visible).count() == 2

    def test_a_colleague_who_answered_first_is_a_409(self, client, bearer, visible):
        headers = bearer()
        assert post(client, messages_of(visible), headers, {"text": "First."}).status_code == 201
        from engagement.village.models import User

        Message.objects.filter(text="First.").update(
            author=User.objects.create_user("caio@x.example", None, name="Caio")
        )
        answer = post(client, messages_of(visible), headers, {"text": "Second.", "seen_seq": 2})
        assert answer.status_code == 409
        assert Message.objects.filter(conversation=visible).count() == 3

    def test_the_same_idempotency_key_does_it_once(self, client, bearer, visible):
        headers = bearer() | {"idempotency-key": "order-17"}
        first = post(client, messages_of(visible), headers, {"text": "Once."})
        again = post(client, messages_of(visible), headers, {"text": "Once."})
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert again["Idempotency-Replayed"] == "true"
        assert Message.objects.filter(text="Once.").count() == 1
        other = post(client, messages_of(visible), headers, {"text": "Twice."})
        assert other.status_code == 422

    def test_a_refused_request_leaves_its_idempotency_key_free(self, client, bearer, visible):
        headers = bearer() | {"idempotency-key": "order-18"}
        assert post(client, messages_of(visible), headers, {"text": ""}).status_code == 422
        assert post(client, messages_of(visible), headers, {"text": "Now."}).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_eight_parallel_posts_with_one_key_write_one_message(agent, bearer, visible):
    headers = bearer() | {"idempotency-key": "race"}
    answers = []

    def send() -> None:
        answers.append(post(Client(), messages_of(visible), headers, {"text": "Raced."}).json().get("id"))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert Message.objects.filter(text="Raced.").count() == 1
