"""Every role and department of the house exists after the migrations, with what it may do and nothing more."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.utils import translation

from engagement.village.grants import offer_permissions
from engagement.village.models import Department, PermissionOffer, Role
from engagement.village.roles import ROLES

pytestmark = pytest.mark.django_db

IN_BOTH_LANGUAGES = [
    ("Benefactor", "Benfeitor"),
    ("Architect", "Arquiteto"),
    ("Master Builder", "Mestre de Obras"),
    ("Builder", "Construtor"),
    ("Visionary", "Visionário"),
    ("Troubadour", "Trovador"),
    ("Counselor", "Orientador"),
    ("Merchant", "Clã dos Mercadores"),
    ("Shepherd", "Pastor"),
    ("Agent", "Agente"),
    ("Moderator", "Moderador"),
    ("Administrator", "Administrador"),
]


def names_of(group: Group) -> set[str]:
    return {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.select_related("content_type")}


def test_every_role_stands_in_order_with_both_names():
    assert list(Role.objects.values_list("name", "name_pt")) == IN_BOTH_LANGUAGES
    assert list(Role.objects.values_list("group__name", flat=True)) == [english for english, _ in IN_BOTH_LANGUAGES]


def test_a_role_is_called_by_its_name_in_the_active_language():
    role = Role.objects.get(slug="master-builder")
    with translation.override("pt-br"):
        assert str(role) == "Mestre de Obras"
    with translation.override("en"):
        assert str(role) == "Master Builder"


def test_the_eleven_departments_have_both_names():
    assert dict(Department.objects.values_list("slug", "name_pt")) == {
        "advertising": "Publicidade",
        "customer-care": "Atendimento ao cliente",
        "e-commerce": "Comércio eletrônico",
        "finance": "Finanças",
        "human-resources": "Recursos humanos",
        "legal": "Jurídico",
        "marketing": "Marketing",
        "product": "Produto",
        "public-relations": "Relações públicas",
        "research-and-analytics": "Pesquisa e análise",
        "sales": "Vendas",
    }


def test_the_declared_table_names_each_role_once_and_only_permissions_that_exist():
    there = {f"{p.content_type.app_label}.{p.codename}" for p in Permission.objects.select_related("content_type")}
    assert sorted(role.slug for role in ROLES) == sorted(Role.objects.values_list("slug", flat=True))
    assert {name for role in ROLES for name in role.permissions} - there == set()


@pytest.mark.parametrize("declared", ROLES, ids=lambda role: role.slug)
def test_a_role_has_exactly_what_the_table_declares(declared):
    assert names_of(Group.objects.get(role__slug=declared.slug)) == set(declared.permissions)


def test_nobody_may_work_every_queue_by_role_alone():
    assert not Permission.objects.get(codename="work_queue").group_set.exists()


def test_a_permission_that_an_administrator_took_away_stays_away():
    group = Group.objects.get(role__slug="agent")
    group.permissions.remove(Permission.objects.get(codename="view_profile"))
    offer_permissions(apps.get_app_config("profiles"))
    assert "profiles.view_profile" not in names_of(group)


def test_a_permission_that_an_administrator_added_is_left_alone():
    group = Group.objects.get(role__slug="agent")
    group.permissions.add(Permission.objects.get(codename="view_channel"))
    offer_permissions(apps.get_app_config("engagement_channels"))
    assert "engagement_channels.view_channel" in names_of(group)


def test_a_permission_that_a_later_app_brings_is_offered_once():
    group = Group.objects.get(role__slug="agent")
    PermissionOffer.objects.filter(role__slug="agent", permission="profiles.view_profile").delete()
    group.permissions.remove(Permission.objects.get(codename="view_profile"))
    offer_permissions(apps.get_app_config("profiles"))
    assert "profiles.view_profile" in names_of(group)
    assert PermissionOffer.objects.filter(role__slug="agent", permission="profiles.view_profile").count() == 1
