"""The administration shows people's tables and changes none of them."""

from datetime import timedelta

import pytest
from django.contrib import admin

from engagement.profiles.actions import resolve
from engagement.profiles.actions.consent import give
from engagement.profiles.actions.merge import merge
from engagement.profiles.models import AttributeDefinition, Company, Deal, MergeProposal, Profile
from tests.factories import NOW, make_user

OURS = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "profiles"),
    key=lambda model: model._meta.model_name,
)


@pytest.fixture
def looking(client):
    user = make_user("Celina", is_staff=True, is_superuser=True)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def rows():
    one = resolve(kind="email", address="ana@customer.example", name="Ana Prado", now=NOW).profile
    other = resolve(kind="email", address="ana@other.example", name="Ana P.", now=NOW).profile
    Profile.objects.filter(pk=one.pk).update(attributes={"taxid": "11122233344"})
    AttributeDefinition.objects.create(slug="taxid", label="Tax id", label_pt="CPF", sensitive=True)
    company = Company.objects.create(name="Serra Fria", created_at=NOW, changed_at=NOW)
    owner = make_user("Dagmar")
    Deal.objects.create(profile=one, owner=owner, title="Fleet", company=company, created_at=NOW, changed_at=NOW)
    give(
        profile_id=one.pk,
        channel="email",
        purpose="marketing",
        basis="express",
        source="form",
        evidence={"text": "yes", "ip": "203.0.113.7"},
        actor=None,
        now=NOW - timedelta(days=1),
    )
    low, high = sorted([one.pk, other.pk])
    MergeProposal.objects.create(low_id=low, high_id=high, confidence=60, at=NOW)
    merge(kept_id=one.pk, merged_id=other.pk, actor=None, now=NOW)
    return one


@pytest.mark.django_db
@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_it_is_listed_and_looked_at_and_not_changed(looking, rows, model):
    of = f"/admin/profiles/{model._meta.model_name}/"
    assert looking.get(of).status_code == 200
    assert looking.get(f"{of}?q=ana").status_code == 200
    assert looking.get(f"{of}add/").status_code == 403
    row = model.objects.first()
    if row is not None:
        page = looking.get(f"{of}{row.pk}/change/").content.decode()
        assert "11122233344" not in page
        assert "203.0.113.7" not in page
        before = model.objects.values().get(pk=row.pk)
        assert looking.post(f"{of}{row.pk}/change/", {}).status_code == 403
        assert looking.post(f"{of}{row.pk}/delete/", {"post": "yes"}).status_code == 403
        assert model.objects.values().get(pk=row.pk) == before
