"""Inviting, changing and letting go of people: what happens, what is refused, what the trail says."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.test import Client

from engagement.village import endings
from engagement.village.actions.end_access import end_access, restore_access
from engagement.village.actions.end_sessions import sign_out_everywhere
from engagement.village.actions.grant import NotGrantable, grant, revoke
from engagement.village.actions.guard import ChangeRefused
from engagement.village.actions.invite import AlreadyHere, invite
from engagement.village.actions.reassign import reassign
from engagement.village.actions.reset_password import reset_password
from engagement.village.models import AuditEntry, Department, Role, User
from tests.village.people import PASSWORD, is_signed_in, person, sign_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quiet(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.BASE_URL = "http://testserver"
    cache.clear()


@pytest.fixture
def boss() -> User:
    return person("administrator", email="root@pedralva.example", name="Rita Boss")


@pytest.fixture
def iara() -> User:
    return person("agent", email="iara@pedralva.example", name="Iara Menezes")


def roles(*slugs: str) -> list[Role]:
    return list(Role.objects.filter(slug__in=slugs))


def trail() -> list[tuple[str, dict]]:
    return list(AuditEntry.objects.order_by("key").values_list("action", "detail"))


def invited(boss: User, **changes) -> User:
    facts = {"email": "Nuno@Pedralva.Example", "name": "Nuno Abrantes", "language": "pt-br"}
    facts |= {"roles": roles("agent"), "departments": Department.objects.filter(slug="sales")}
    return invite(**facts | changes, actor=boss, now=NOW)


def link_in(message) -> str:
    return next(word for word in message.body.split() if "/password/reset/key/" in word)


def test_an_invited_person_sets_a_password_by_the_mailed_link_and_signs_in(
    boss, client, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        nuno = invited(boss)
    assert (nuno.email, nuno.has_usable_password(), nuno.is_staff) == ("nuno@pedralva.example", False, False)
    assert [str(role.slug) for role in Role.objects.filter(group__user=nuno)] == ["agent"]
    assert nuno.has_perm("profiles.view_profile")
    (message,) = mail.outbox
    assert message.to == ["nuno@pedralva.example"]
    form = client.get(link_in(message).removeprefix("http://testserver"), follow=True)
    new = "a password of my own choice"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert sign_in(Client(), "nuno@pedralva.example", new).status_code == 302
    assert trail()[0] == ("person.invited", {"roles": ["agent"], "departments": ["sales"]})


def test_nobody_is_invited_twice(boss, iara):
    with pytest.raises(AlreadyHere):
        invited(boss, email="IARA@pedralva.example")
    assert User.objects.count() == 2
    assert trail() == []


def test_roles_and_departments_are_changed_together_and_noted_each(boss, iara):
    places = Department.objects.filter(slug__in=["legal", "sales"])
    reassign(person=iara, roles=roles("counselor", "builder"), departments=places, actor=boss, now=NOW)
    assert set(Role.objects.filter(group__user=iara).values_list("slug", flat=True)) == {"counselor", "builder"}
    assert trail() == [
        ("person.roles_changed", {"added": ["builder", "counselor"], "taken": ["agent"]}),
        ("person.departments_changed", {"added": ["legal", "sales"], "taken": []}),
    ]


def test_changing_nothing_leaves_no_entry(boss, iara):
    reassign(person=iara, roles=roles("agent"), departments=[], actor=boss, now=NOW)
    assert trail() == []


def test_the_last_administrator_cannot_give_the_role_away(boss):
    with pytest.raises(ChangeRefused, match="Somebody must stay administrator"):
        reassign(person=boss, roles=roles("agent"), departments=[], actor=boss, now=NOW)
    assert list(Role.objects.filter(group__user=boss).values_list("slug", flat=True)) == ["administrator"]
    assert trail() == []


def test_an_administrator_with_another_beside_may_give_it_away(boss):
    person("administrator", email="second@pedralva.example")
    reassign(person=boss, roles=roles("agent"), departments=[], actor=boss, now=NOW)
    assert not User.objects.get(pk=boss.pk).has_perm("village.change_user")


def test_ending_access_ends_every_session_at_once_and_what_others_registered(
    boss, iara, client, django_capture_on_commit_callbacks, monkeypatch
):
    sign_in(client, iara.email)
    assert is_signed_in(client)
    asked = []
    monkeypatch.setattr(endings, "_endings", {})
    endings.register("api_tokens", lambda person, actor, now: asked.append((person, actor, now)) or 3)
    with django_capture_on_commit_callbacks(execute=True):
        end_access(person=iara, actor=boss, now=NOW)
    assert not is_signed_in(client)
    assert not UserSession.objects.filter(user=iara).exists()
    assert asked == [(iara, boss, NOW)]
    assert trail()[-1] == ("person.access_ended", {"sessions": 1, "api_tokens": 3})
    assert sign_in(Client(), iara.email)["Location"] == "/accounts/inactive/"


def test_a_persons_api_tokens_end_with_their_access(boss, iara):
    from engagement.api.actions import make_token

    token, text = make_token(
        person=iara, name="script", scopes=["profiles:read"], expires_at=NOW + timedelta(days=300), now=NOW
    )
    end_access(person=iara, actor=boss, now=NOW)
    token.refresh_from_db()
    assert token.revoked_at == NOW
    assert AuditEntry.objects.get(action="person.access_ended").detail == {
        "sessions": 0,
        "api_tokens": 1,
        "released": 0,
    }
    restore_access(person=iara, actor=boss, now=NOW)
    answer = Client().get("/api/v1/profiles/", headers={"authorization": f"Bearer {text}"})
    assert answer.status_code == 401


def test_ending_access_twice_is_one_entry(boss, iara):
    end_access(person=iara, actor=boss, now=NOW)
    end_access(person=iara, actor=boss, now=NOW)
    assert [action for action, _ in trail()] == ["person.access_ended"]


def test_access_that_is_restored_brings_the_roles_back_but_no_session(boss, iara, client):
    sign_in(client, iara.email)
    end_access(person=iara, actor=boss, now=NOW)
    restore_access(person=iara, actor=boss, now=NOW)
    assert sign_in(Client(), iara.email).status_code == 302
    assert User.objects.get(pk=iara.pk).has_perm("profiles.view_profile")


def test_nobody_closes_their_own_account(boss):
    with pytest.raises(ChangeRefused, match="your own account"):
        end_access(person=boss, actor=boss, now=NOW)
    assert User.objects.get(pk=boss.pk).is_active


def test_the_last_administrator_stays(boss, iara):
    with pytest.raises(ChangeRefused, match="Somebody must stay administrator"):
        end_access(person=boss, actor=iara, now=NOW)
    assert User.objects.get(pk=boss.pk).is_active


@pytest.mark.parametrize("act", [end_access, restore_access, sign_out_everywhere, reset_password])
def test_an_administrator_changes_nobody_who_has_all_permissions(boss, act):
    root = User.objects.create_superuser("super@pedralva.example", PASSWORD, name="Super")
    with pytest.raises(ChangeRefused, match="all permissions"):
        act(person=root, actor=boss, now=NOW)
    assert User.objects.get(pk=root.pk).is_active
    assert trail() == []


def test_signing_a_person_out_everywhere_ends_all_sessions_and_lets_them_back_in(
    boss, iara, django_capture_on_commit_callbacks
):
    first, second = Client(), Client()
    sign_in(first, iara.email)
    sign_in(second, iara.email)
    with django_capture_on_commit_callbacks(execute=True):
        assert sign_out_everywhere(person=iara, actor=boss, now=NOW) == 2
    assert (is_signed_in(first), is_signed_in(second)) == (False, False)
    assert sign_in(first, iara.email).status_code == 302


def test_a_mailed_link_for_a_new_password_leaves_the_old_one_until_it_is_used(
    boss, iara, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        reset_password(person=iara, actor=boss, now=NOW)
    assert mail.outbox[0].to == [iara.email]
    assert sign_in(Client(), iara.email).status_code == 302
    assert trail()[0] == ("password.link_sent", {})


def test_no_link_goes_to_who_may_not_sign_in(boss, iara):
    end_access(person=iara, actor=boss, now=NOW)
    with pytest.raises(ChangeRefused):
        reset_password(person=iara, actor=boss, now=NOW)


def test_a_grant_on_one_thing_holds_for_that_thing_only_and_is_noted(boss, iara):
    from tests.factories import make_queue

    queue, other = make_queue(), make_queue()
    given = {"person_or_role": iara, "permission": "conversations.work_queue", "thing": queue}
    assert grant(**given, actor=boss, now=NOW) is True
    assert grant(**given, actor=boss, now=NOW) is False
    fresh = User.objects.get(pk=iara.pk)
    assert (fresh.has_perm("conversations.work_queue", queue), fresh.has_perm("conversations.work_queue", other)) == (
        True,
        False,
    )
    assert not fresh.has_perm("conversations.work_queue")
    assert revoke(**given, actor=boss, now=NOW) is True
    assert revoke(**given, actor=boss, now=NOW) is False
    assert not User.objects.get(pk=iara.pk).has_perm("conversations.work_queue", queue)
    detail = {"permission": "conversations.work_queue", "to": f"person:{iara.pk}", "name": "Iara Menezes"}
    assert trail() == [("grant.given", detail), ("grant.taken", detail)]


def test_a_grant_to_a_role_holds_for_everyone_of_it(boss, iara):
    from tests.factories import make_queue

    queue, agent = make_queue(), Role.objects.get(slug="agent")
    grant(person_or_role=agent, permission="conversations.work_queue", thing=queue, actor=None, now=NOW)
    assert User.objects.get(pk=iara.pk).has_perm("conversations.work_queue", queue)
    assert not User.objects.get(pk=boss.pk).has_perm("conversations.work_queue", queue)
    assert AuditEntry.objects.get().actor_name == "vilarejo"


def test_what_is_no_permission_of_the_thing_is_not_granted(boss, iara):
    from tests.factories import make_queue

    with pytest.raises(NotGrantable):
        grant(person_or_role=iara, permission="village.change_user", thing=make_queue(), actor=boss, now=NOW)
    assert trail() == []
