"""Pasted lists become people, invitations are told truly, roles are in words."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from engagement.setup.role_words import permission_groups
from engagement.setup.team import UnreadableLine, read_team
from engagement.village.models import AuditEntry, Role, User
from tests.factories import make_channel
from tests.village.people import client_of, person


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ana@x.example", [("ana@x.example", "Ana")]),
        ("Ana Souza <ANA@x.example>", [("ana@x.example", "Ana Souza")]),
        (
            "a.b@x.example; c@x.example, d@x.example",
            [("a.b@x.example", "A B"), ("c@x.example", "C"), ("d@x.example", "D")],
        ),
        ("Ana\tana@x.example\nBeto;beto@x.example", [("ana@x.example", "Ana"), ("beto@x.example", "Beto")]),
        ("ana@x.example\tAna Souza", [("ana@x.example", "Ana Souza")]),
        ("mailto:ana@x.example", [("ana@x.example", "Ana")]),
        ('"Souza, Ana" <ana@x.example>', [("ana@x.example", "Souza Ana")]),
        ("ana@x.example\r\nana@x.example\r\n\r\n", [("ana@x.example", "Ana")]),
        ("  \n", []),
    ],
)
def test_pasted_lists(text, found):
    assert [(one.email, one.name.replace('"', "")) for one in read_team(text)] == found


@pytest.mark.parametrize("text", ["ana", "ana@", "ana@x", "Ana Souza", "ana@x.example\nBeto Reis"])
def test_line_without_an_address_is_named(text):
    with pytest.raises(UnreadableLine):
        read_team(text)


@pytest.fixture
def boss(db):
    return person("administrator", email="ivo@x.example")


def test_many_are_invited_at_once(boss, django_capture_on_commit_callbacks):
    agent = Role.objects.get(slug="agent")
    sent = {"addresses": "ana@x.example\nivo@x.example\nbeto@x.example", "roles": [agent.pk], "language": "en"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client_of(boss).post("/settings/team/", sent)
    assert answer.status_code == 302
    assert sorted(one.to[0] for one in mail.outbox) == ["ana@x.example", "beto@x.example"]
    assert User.objects.filter(groups__role=agent).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_list_is_invited_though_the_mail_server_is_down(boss, monkeypatch):
    tried = []

    def refuse(*arguments):
        tried.append(arguments[3])
        raise ConnectionRefusedError("mail.x.example refuses the connection.")

    monkeypatch.setattr("engagement.village.actions.send_password_link.send_mail", refuse)
    agent = Role.objects.get(slug="agent")
    sent = {"addresses": "ana@x.example\nbeto@x.example", "roles": [agent.pk], "language": "en"}
    answer = client_of(boss).post("/settings/team/", sent, follow=True)
    said = [str(message) for message in answer.context["messages"]]
    assert tried == [["ana@x.example"]]
    assert said[0].startswith("The email to ana@x.example could not be sent: mail.x.example refuses the connection. ")
    assert said[1].startswith("Invited, but without an email yet: ana@x.example, beto@x.example.")
    assert User.objects.filter(email__in=["ana@x.example", "beto@x.example"]).count() == 2


def test_one_bad_line_invites_nobody(boss):
    agent = Role.objects.get(slug="agent")
    sent = {"addresses": "ana@x.example\nbeto(at)x.example", "roles": [agent.pk], "language": "en"}
    answer = client_of(boss).post("/settings/team/", sent)
    assert answer.status_code == 422
    assert "beto(at)x.example" in answer.content.decode()
    assert not User.objects.filter(email="ana@x.example").exists()


def test_state_of_an_invitation_is_told_truly(boss, django_capture_on_commit_callbacks):
    guest = User.objects.create_user("ana@x.example", None, name="Ana", invited_at=timezone.now())
    page = f"/village/people/{guest.pk}/"
    browser = client_of(boss)
    assert "invited" in browser.get(page).content.decode()
    User.objects.filter(pk=guest.pk).update(invited_at=timezone.now() - timedelta(days=30))
    assert "invitation expired" in browser.get(page).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(f"/settings/team/{guest.pk}/invitation/")
    assert [one.to for one in mail.outbox] == [["ana@x.example"]]
    assert User.objects.get(pk=guest.pk).standing == User.Standing.INVITED
    guest = User.objects.get(pk=guest.pk)
    guest.set_password("a long enough password")
    guest.save()
    assert guest.standing == User.Standing.JOINED
    browser.post(f"/settings/team/{guest.pk}/invitation/")
    assert len(mail.outbox) == 1


def test_copy_of_a_role_is_changed_in_words(boss):
    browser = client_of(boss)
    made = browser.post("/settings/roles/new/", {"name": "Team lead", "name_pt": "Líder", "copied": "agent"})
    assert made["Location"] == "/settings/roles/team-lead/"
    lead = Role.objects.get(slug="team-lead")
    assert set(lead.group.permissions.all()) == set(Role.objects.get(slug="agent").group.permissions.all())
    again = browser.post("/settings/roles/new/", {"name": "Team lead", "name_pt": "Líder", "copied": "agent"})
    assert again.status_code == 422
    page = browser.get("/settings/roles/team-lead/").content.decode()
    assert "merge profiles" in page
    assert "Can add" not in page
    sent = {"name": "Team lead", "name_pt": "Líder", "description": "Leads.", "description_pt": ""}
    for group in permission_groups():
        sent[f"may_{group.name}"] = [
            key for key, words in group.choices if words in ("merge profiles", "export contacts")
        ]
    assert browser.post("/settings/roles/team-lead/", sent).status_code == 302
    names = {one.codename for one in lead.group.permissions.all()}
    assert {"merge_profile", "export_people"} <= names
    assert "change_conversation" not in names
    entry = AuditEntry.objects.filter(action="role.permissions_changed").latest("key")
    assert "profiles.export_people" in entry.detail["added"]


def test_administrators_cannot_lock_themselves_out(boss):
    sent = {"name": "Administrator", "name_pt": "Administrador", "description": "", "description_pt": ""}
    answer = client_of(boss).post("/settings/roles/administrator/", sent)
    assert answer.status_code == 422
    assert boss.groups.get().permissions.filter(codename="change_user").exists()


def test_every_role_of_ours_has_a_sentence(boss):
    page = client_of(boss).get("/settings/roles/").content.decode()
    assert "Customer care: answers" in page


def test_refusal_names_who_can_help(boss):
    User.objects.filter(pk=boss.pk).update(last_login=timezone.now(), name="Ivo Reis")
    page = client_of(person("agent", email="ana@x.example")).get("/village/people/")
    assert page.status_code == 403
    assert "Ask Ivo Reis (Administrator)" in page.content.decode()


def test_refusal_names_who_holds_the_missing_permission(boss):
    User.objects.filter(pk=boss.pk).update(last_login=timezone.now(), name="Ivo Reis")
    helena = person("architect", email="helena@x.example")
    User.objects.filter(pk=helena.pk).update(name="Helena Dias")
    page = client_of(person("agent", email="ana@x.example")).get("/channels/new/")
    assert page.status_code == 403
    assert "Ask Helena Dias (Architect), helena@x.example" in page.content.decode()


def test_refusal_names_who_may_write_where_the_reader_may_only_read(boss):
    helena = person("architect", email="helena@x.example")
    User.objects.filter(pk=helena.pk).update(name="Helena Dias")
    channel = make_channel("care@x.example")
    page = client_of(person("agent", email="ana@x.example")).post(f"/channels/{channel.pk}/", {"name": "Other"})
    assert page.status_code == 403
    assert "Ask Helena Dias (Architect)" in page.content.decode()


def test_refusal_names_the_administrator_where_nobody_holds_the_permission(boss):
    User.objects.filter(pk=boss.pk).update(last_login=timezone.now(), name="Ivo Reis")
    page = client_of(person("agent", email="ana@x.example")).get("/events/")
    assert page.status_code == 403
    assert "Ask Ivo Reis (Administrator)" in page.content.decode()


def test_refusal_never_names_who_left_or_who_asks(boss):
    User.objects.filter(pk=boss.pk).update(last_login=timezone.now(), name="Ivo Reis")
    left = person("architect", email="left@x.example")
    User.objects.filter(pk=left.pk).update(is_active=False)
    page = client_of(person("agent", email="ana@x.example")).get("/channels/new/")
    assert "Ask Ivo Reis (Administrator)" in page.content.decode()
