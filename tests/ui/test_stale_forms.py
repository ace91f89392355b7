"""Every form over something that others may save: channels, spaces, people, roles and departments."""

import pytest

from engagement.channels.models import Channel
from engagement.village.models import Department, User
from tests.factories import make_channel
from tests.html_forms import sent_by
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


def test_a_channel_that_was_renamed_meanwhile_is_not_named_back():
    channel, client = make_channel(name="Care"), client_of(person("architect"))
    url = f"/channels/{channel.pk}/"
    form = {name: value for name, value in sent_by(client.get(url).content.decode()).items() if name != "resume"}
    Channel.objects.update(sender_name="Pedralva Care", last_error="kept")
    answer = client.post(url, {**form, "rate_per_minute": "30"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "saved this while you were editing" in page
    assert sent_by(page)["sender_name"] == "Pedralva Care"
    assert Channel.objects.get().rate_per_minute is None
    again = {name: value for name, value in sent_by(page).items() if name != "resume"}
    assert client.post(url, again).status_code == 302
    found = Channel.objects.get()
    assert (found.sender_name, found.rate_per_minute, found.last_error) == ("Pedralva Care", 30, "kept")


def test_a_department_that_was_renamed_meanwhile_is_not_named_back():
    root = User.objects.create_superuser(email="root@pedralva.example", password="x", name="Root")
    department, client = Department.objects.create(name="Care", slug="care"), client_of(root)
    url = f"/admin/village/department/{department.pk}/change/"
    form = sent_by(client.get(url).content.decode(), "department_form")
    Department.objects.update(name="Customer care")
    answer = client.post(url, {**form, "name": "Service"})
    assert (answer.status_code, "Saved meanwhile: Customer care." in answer.content.decode()) == (409, True)
    assert Department.objects.get(pk=department.pk).name == "Customer care"


def test_a_role_keeps_permissions_that_somebody_gave_it_meanwhile():
    from django.contrib.auth.models import Permission

    from engagement.village.models import Role

    root = User.objects.create_superuser(email="root@pedralva.example", password="x", name="Root")
    role, client = Role.objects.get(slug="troubadour"), client_of(root)
    url = f"/admin/village/role/{role.pk}/change/"
    form = sent_by(client.get(url).content.decode(), "role_form")
    given = Permission.objects.get(codename="view_auditentry")
    assert not role.group.permissions.filter(pk=given.pk).exists()
    role.group.permissions.add(given)
    answer = client.post(url, {**form, "name": "Singer"})
    assert answer.status_code == 409
    role.refresh_from_db()
    assert (role.name != "Singer", role.group.permissions.filter(pk=given.pk).exists()) == (True, True)
