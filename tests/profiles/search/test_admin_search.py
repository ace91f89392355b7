"""The administration finds people as the rest of the house does, and leads to their pages."""

import pytest

from engagement.profiles.actions import resolve
from engagement.profiles.companies.changes import add_company
from engagement.profiles.companies.ties import employ, relate
from engagement.village.models import User
from tests.factories import NOW
from tests.village.people import client_of

pytestmark = pytest.mark.django_db


def test_people_are_found_misspelt_and_what_stands_around_them_is_shown(db):
    root = User.objects.create_superuser("root@pedralva.example", "a long enough password", name="Root")
    client = client_of(root)
    ana = resolve(kind="email", address="ana@a.example", name="Ana Prado", now=NOW).profile
    rui = resolve(kind="email", address="rui@a.example", name="Rui Costa", now=NOW).profile
    company = add_company(facts={"name": "Pedreira Norte"}, actor=root, now=NOW)
    work = employ(profile_id=ana.pk, company=company, position="Buyer", actor=root, now=NOW)
    tie = relate(profile_id=ana.pk, other_id=rui.pk, kind="partner", actor=root, now=NOW)
    found = client.get("/admin/profiles/profile/", {"q": "Ana Pardo"}).content.decode()
    assert "Ana Prado" in found
    assert "Rui Costa" not in found
    assert "Buyer" in client.get("/admin/profiles/employment/", {"q": "pedreira"}).content.decode()
    for name, thing in (("employment", work), ("relation", tie), ("company", company), ("profile", ana)):
        assert client.get(f"/admin/profiles/{name}/{thing.pk}/change/").status_code == 200, name
        assert client.post(f"/admin/profiles/{name}/{thing.pk}/change/", {}).status_code == 403, name
