"""Sockets that end: malformed frames, too many of one person, sign-out, password, roles, queues, expiry."""

import asyncio
import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from guardian.shortcuts import assign_perm, remove_perm

from conversations.models import Queue
from engagement.realtime import access
from engagement.realtime.access_changes import publish_access_change
from engagement.realtime.consumer import (
    ASK_AGAIN,
    MALFORMED,
    MAX_FRAME,
    NO_BINARY,
    SECOND_FACTOR_FIRST,
    TOO_LARGE,
    TOO_MANY_SOCKETS,
    LiveConsumer,
)
from engagement.village.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]
OLD, NEW = "a long pass phrase", "quatro pedreiras ao luar 71"


def signed_in(email: str = "iara@pedralva.example", *, role: str = "agent") -> tuple[User, Client]:
    user = User.objects.create_user(email, OLD, name="Iara Menezes")
    user.groups.add(Group.objects.get(role__slug=role))
    return User.objects.get(pk=user.pk), browser_of(user)


def browser_of(user: User) -> Client:
    """Sign in by the page, which also notes where the person is signed in."""
    client = Client()
    page(client, "account_login", login=user.email, password=OLD)
    assert client.session[BACKEND_SESSION_KEY] in settings.AUTHENTICATION_BACKENDS
    return client


def page(client: Client, name: str, *facts: object, **form: str) -> None:
    """Send a page's form."""
    assert client.post(reverse(name, args=facts), form).status_code in (200, 302)


async def opened(user: User, client: Client | None = None) -> ApplicationCommunicator:
    scope = {"type": "websocket", "path": "/live/", "headers": [], "user": user}
    if client is not None:
        scope["session"] = await sync_to_async(lambda: client.session)()
    socket = ApplicationCommunicator(LiveConsumer.as_asgi(), scope)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(timeout=3))["type"] == "websocket.accept"
    return socket


async def close_code(socket: ApplicationCommunicator) -> int:
    told = await socket.receive_output(timeout=5)
    assert told["type"] == "websocket.close", told
    return told["code"]


async def leave(*sockets: ApplicationCommunicator) -> None:
    for socket in sockets:
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait(timeout=3)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"text": "{"}, MALFORMED),
        ({"text": ""}, MALFORMED),
        ({"text": "[" * 50_000}, MALFORMED),
        ({"text": "[]"}, MALFORMED),
        ({"text": "3"}, MALFORMED),
        ({"text": json.dumps({"presence": {"topic": [1]}})}, MALFORMED),
        ({"text": json.dumps({"presence": "x"})}, MALFORMED),
        ({"text": json.dumps({"subscribe": ["a"]})}, MALFORMED),
        ({"text": json.dumps({"subscribe": {"queue:x": {}}})}, MALFORMED),
        ({"text": json.dumps({"unsubscribe": [1]})}, MALFORMED),
        ({"text": json.dumps({"ping": []})}, MALFORMED),
        ({"text": " " * (MAX_FRAME + 1)}, TOO_LARGE),
        ({"bytes": b"\x00\x01"}, NO_BINARY),
    ],
)
async def test_a_malformed_frame_closes_quietly(frame, code, caplog):
    user, _client = await sync_to_async(signed_in)()
    socket = await opened(user)
    await socket.send_input({"type": "websocket.receive", **frame})
    assert await close_code(socket) == code
    assert "Traceback" not in caplog.text
    await leave(socket)


@pytest.mark.parametrize("topic", ["queue:", "queue:é", "nothing", "queue:" + "x" * 300, "user:not-an-id", "queue:a b"])
async def test_a_topic_that_is_none_is_denied(topic):
    user, _client = await sync_to_async(signed_in)()
    socket = await opened(user)
    await socket.send_input({"type": "websocket.receive", "text": json.dumps({"subscribe": {topic: None}})})
    assert json.loads((await socket.receive_output(timeout=3))["text"])["denied"] == [topic]
    await leave(socket)


async def test_one_person_has_a_bounded_number_of_sockets(monkeypatch):
    monkeypatch.setattr(access, "MAX_SOCKETS", 2)
    user, _client = await sync_to_async(signed_in)()
    first, second = await opened(user), await opened(user)
    third = await opened(user)
    assert await close_code(third) == TOO_MANY_SOCKETS
    await leave(first)
    again = await opened(user)
    assert await again.receive_nothing(timeout=0.2)
    await leave(second, again)


async def settled(socket: ApplicationCommunicator) -> ApplicationCommunicator:
    """The socket answers, so it has joined everything that it listens to."""
    await socket.send_input({"type": "websocket.receive", "text": json.dumps({"ping": 1})})
    assert json.loads((await socket.receive_output(timeout=3))["text"]) == {"pong": 1}
    return socket


async def two_sessions() -> tuple[User, Client, Client, ApplicationCommunicator, ApplicationCommunicator]:
    """One person, signed in by two browsers, with a socket of each."""
    user, client = await sync_to_async(signed_in)()
    other = await sync_to_async(browser_of)(user)
    ending, staying = await settled(await opened(user, client)), await settled(await opened(user, other))
    return user, client, other, ending, staying


async def stays(socket: ApplicationCommunicator) -> None:
    assert await socket.receive_nothing(timeout=0.3)
    await leave(await settled(socket))


@pytest.fixture
def far_from_the_next_look(monkeypatch):
    """Only what is sent at once can close a socket."""
    monkeypatch.setattr(access, "CHECK_SECONDS", 600)


def session_of(client: Client) -> int:
    return UserSession.objects.get(session_key=client.session.session_key).pk


@pytest.mark.parametrize("name", ["account_logout", "admin:logout"])
async def test_signing_out_by_the_page_closes_the_sockets_of_that_session_at_once(name, far_from_the_next_look):
    user, client, _other, ending, staying = await two_sessions()
    await User.objects.filter(pk=user.pk).aupdate(is_staff=True)  # the administration's page is theirs only
    second = await settled(await opened(user, client))
    await sync_to_async(page)(client, name)
    assert await close_code(ending) == ASK_AGAIN
    assert await close_code(second) == ASK_AGAIN
    await stays(staying)


@pytest.mark.parametrize("name", ["village:end-session", "village:end-other-sessions"])
async def test_ending_a_session_from_another_closes_its_socket_at_once(name, far_from_the_next_look):
    _user, client, other, ending, staying = await two_sessions()
    facts = [await sync_to_async(session_of)(client)] if name == "village:end-session" else []
    await sync_to_async(page)(other, name, *facts)
    assert await close_code(ending) == ASK_AGAIN
    await stays(staying)


async def test_ending_ones_own_session_on_the_page_of_sessions_closes_its_socket(far_from_the_next_look):
    _user, client, _other, ending, staying = await two_sessions()
    await sync_to_async(page)(client, "village:end-session", await sync_to_async(session_of)(client))
    assert await close_code(ending) == ASK_AGAIN
    await stays(staying)


async def test_an_administrator_who_signs_a_person_out_everywhere_closes_all_of_theirs(far_from_the_next_look):
    user, _client, _other, first, second = await two_sessions()
    boss, browser = await sync_to_async(signed_in)("boss@pedralva.example", role="administrator")
    theirs = await settled(await opened(boss, browser))
    await sync_to_async(page)(browser, "village:sign-out", user.pk)
    assert await close_code(first) == ASK_AGAIN
    assert await close_code(second) == ASK_AGAIN
    await stays(theirs)


async def test_a_password_changed_by_the_page_ends_the_other_sessions_and_the_own_one_connects_again(
    far_from_the_next_look,
):
    user, _client, other, ending, own = await two_sessions()
    words = {"oldpassword": OLD, "password1": NEW, "password2": NEW}
    await sync_to_async(page)(other, "account_change_password", **words)
    assert await close_code(ending) == ASK_AGAIN
    assert await close_code(own) == ASK_AGAIN  # its session has a new key
    again = await settled(await opened(await User.objects.aget(pk=user.pk), other))
    await sync_to_async(publish_access_change)([user.pk])
    await stays(again)


async def test_a_session_whose_row_is_deleted_closes_its_socket_at_once(far_from_the_next_look):
    _user, client, _other, ending, staying = await two_sessions()
    await sync_to_async(lambda: client.session.delete())()
    assert await close_code(ending) == ASK_AGAIN
    await stays(staying)


async def test_a_session_that_the_pages_do_not_know_counts_for_nothing(far_from_the_next_look):
    user, _client = await sync_to_async(signed_in)()
    stranger = Client()
    await sync_to_async(stranger.force_login)(user, backend="django.contrib.auth.backends.ModelBackend")
    socket = await settled(await opened(user, stranger))
    await sync_to_async(publish_access_change)([user.pk])
    assert await close_code(socket) == ASK_AGAIN


async def test_a_new_password_ends_them():
    user, client = await sync_to_async(signed_in)()
    socket = await opened(user, client)

    def change() -> None:
        user.set_password("another long pass phrase")
        user.save()

    await sync_to_async(change)()
    assert await close_code(socket) == ASK_AGAIN


async def test_who_may_not_sign_in_any_more_is_cut_off():
    user, client = await sync_to_async(signed_in)()
    socket = await opened(user, client)

    def end() -> None:
        user.is_active = False
        user.save(update_fields=["is_active"])

    await sync_to_async(end)()
    assert await close_code(socket) == ASK_AGAIN


@pytest.mark.parametrize("what", ["queue", "role"])
async def test_a_queue_or_role_that_is_taken_away_ends_its_topics_at_once(what):
    user, client = await sync_to_async(signed_in)()
    queue = await Queue.objects.acreate(slug="care", name="Care", is_default=True)
    agents = await Group.objects.aget(role__slug="agent")
    await sync_to_async(assign_perm)("conversations.work_queue", user if what == "queue" else agents, queue)
    topic = f"queue:{queue.pk}"
    socket = await opened(await User.objects.aget(pk=user.pk), client)
    await socket.send_input({"type": "websocket.receive", "text": json.dumps({"subscribe": {topic: None}})})
    assert topic in json.loads((await socket.receive_output(timeout=3))["text"])["subscribed"]
    if what == "queue":
        await sync_to_async(remove_perm)("conversations.work_queue", user, queue)
    else:
        await sync_to_async(user.groups.remove)(agents)
    told = json.loads((await socket.receive_output(timeout=3))["text"])
    assert told == {"denied": [topic]}
    await leave(socket)


async def test_a_session_that_expires_ends_them(monkeypatch):
    monkeypatch.setattr(access, "CHECK_SECONDS", 0.2)
    user, client = await sync_to_async(signed_in)()
    socket = await opened(user, client)
    assert await socket.receive_nothing(timeout=0.5)

    def expire() -> None:
        session = client.session
        session.set_expiry(-1)
        session.save()

    await sync_to_async(expire)()
    await asyncio.sleep(0)
    assert await close_code(socket) == ASK_AGAIN


async def test_without_the_second_factor_that_is_demanded_no_socket_opens_or_stays(settings):
    user, client = await sync_to_async(signed_in)()
    standing = await opened(user, client)
    settings.REQUIRE_MFA_ROLES = ["agent"]
    await sync_to_async(publish_access_change)([user.pk])
    assert await close_code(standing) == SECOND_FACTOR_FIRST
    refused = await opened(user, client)
    assert await close_code(refused) == SECOND_FACTOR_FIRST
    factor = await sync_to_async(Authenticator.objects.create)(user=user, type=Authenticator.Type.TOTP, data={})
    allowed = await opened(user, client)
    await allowed.send_input({"type": "websocket.receive", "text": json.dumps({"ping": 1})})
    assert json.loads((await allowed.receive_output(timeout=3))["text"]) == {"pong": 1}
    await sync_to_async(factor.delete)()
    assert await close_code(allowed) == SECOND_FACTOR_FIRST
    await leave(standing, refused, allowed)
