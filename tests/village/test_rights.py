"""What a person may do everywhere is read by one statement, and is what Django's own backend reads by two."""

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission, PermissionsMixin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from guardian.shortcuts import assign_perm

from engagement.village.models import Role, User
from tests.factories import make_queue, make_user
from tests.village.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def role():
    role = Group.objects.create(name="readers")
    role.permissions.add(Permission.objects.get(codename="view_auditentry"))
    return role


def read_by_django(person):
    """What the backend reads when nothing was read before."""
    backend, fresh = ModelBackend(), User.objects.get(pk=person.pk)
    return backend.get_user_permissions(fresh) | backend.get_group_permissions(fresh)


def test_own_rights_and_those_of_roles_come_by_one_statement(role):
    person = make_user("Iara")
    person.groups.add(role)
    person.user_permissions.add(Permission.objects.get(codename="view_profile"))
    fresh = User.objects.get(pk=person.pk)
    with CaptureQueriesContext(connection) as asked:
        assert fresh.has_perm("village.view_auditentry")
        assert fresh.has_perm("profiles.view_profile")
        assert not fresh.has_perm("village.change_user")
    assert len(asked) == 1
    assert fresh.get_all_permissions() == read_by_django(person)


def test_a_superuser_has_all_and_who_left_has_none(role):
    boss, gone = make_user("Boss", is_superuser=True), make_user("Gone", is_active=False)
    gone.groups.add(role)
    assert boss.get_all_permissions() == read_by_django(boss)
    assert len(boss.get_all_permissions()) == Permission.objects.count()
    assert not gone.has_perm("village.view_auditentry")
    assert gone.get_all_permissions() == set()


def test_one_right_is_looked_up_as_djangos_backends_would_say_one_after_the_other():
    found = Permission.objects.select_related("content_type").order_by("pk")
    every = [*(f"{one.content_type.app_label}.{one.codename}" for one in found), "profiles.fly", "no.such"]
    people = [person(role) for role in Role.objects.values_list("slug", flat=True)]
    people += [make_user(), make_user(is_superuser=True), make_user(is_superuser=True, is_active=False)]
    people.append(person("agent", email="gone@pedralva.example", is_active=False))
    for who in people:
        asked = User.objects.get(pk=who.pk)
        differ = [one for one in every if asked.has_perm(one) != PermissionsMixin.has_perm(asked, one)]
        assert differ == [], who


def test_what_is_granted_for_one_thing_is_asked_for_that_thing():
    user, queue, other = make_user(), make_queue(), make_queue()
    assign_perm("conversations.work_queue", user, queue)
    assert user.has_perm("conversations.work_queue", queue)
    assert not user.has_perm("conversations.work_queue", other)
    assert not user.has_perm("conversations.work_queue")
