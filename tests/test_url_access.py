"""Every address says who may enter, and whoever is not signed in enters only what says that anyone may."""

import pytest
from django.test import Client
from django.urls import resolve

from engagement.village.middleware import SELF_GUARDED
from tests.url_map import Address, addresses

EVERY = addresses()
# Views of packages, which guard themselves: each by its name, so that a new one is a decision.
BEFORE_SIGN_IN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
}
GUARDED_BY_ALLAUTH = {
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
}
PUBLIC = {
    "sms:messages",
    "sms:status",
    "healthz",
    "readyz",
    "metrics",
    "schema",
    "api-root",
    "setup:begin",
    "setup:step",
    "setup:logo",
    "setup:accent",
    "operations:workshop-join",
    "operations:workshop-score",
    "ui:language",
    "ui:session",
    "optin:form",
    "optin:confirmation",
    "content:test-link",
    "unsubscribe:page",
    "unsubscribe:choices",
    "openid_connect_login",
    "openid_connect_callback",
    # The public community: what only members may do asks for a member's session (tests/community/test_access.py).
    "community:acceptance",
    "community:answers",
    "community:appeal",
    "community:appeals",
    "community:ask",
    "community:discussions",
    "community:edit",
    "community:flag",
    "community:home",
    "community:ideas",
    "community:links",
    "community:me",
    "community:member",
    "community:mine",
    "community:person",
    "community:post",
    "community:post-vote",
    "community:privacy",
    "community:questions",
    "community:quiet",
    "community:reviews",
    "community:rules",
    "community:search",
    "community:sign-in",
    "community:sign-in-link",
    "community:sign-in-sent",
    "community:sign-out",
    "community:similar",
    "community:space",
    "community:topic",
    "community:removal-request",
    "community:topic-vote",
    "community:watch",
    "community:why",
    "community:withdrawal",
}


def is_of_package(address: Address) -> bool:
    return address.view.__module__.startswith(SELF_GUARDED) or address.name.startswith("admin:")


def is_of_api(address: Address) -> bool:
    return hasattr(address.view, "cls") and getattr(address.view, "access", ()) is not None


OURS = [address for address in EVERY if not is_of_package(address) and not is_of_api(address)]
API = [address for address in EVERY if is_of_api(address)]
OF_PACKAGES = [address for address in EVERY if is_of_package(address)]


def named(address: Address) -> str:
    return address.name


def test_the_walk_finds_every_app():
    found = {address.name.partition(":")[0] for address in EVERY}
    assert {"admin", "account_login", "home", "village", "channels", "profiles", "conversations", "v1"} <= found


def test_the_examples_lead_to_the_views_that_they_stand_for():
    wrong = [
        address.route
        for address in EVERY
        if not address.name.startswith("admin:") and resolve(address.path).func != address.view
    ]
    assert wrong == []


def test_every_view_of_ours_says_who_may_enter():
    silent = [address.route for address in OURS if not hasattr(address.view, "access")]
    assert silent == [], "mark these views with @requires(...) or @public"


def test_what_a_view_requires_is_a_row_of_permission_names():
    odd = [
        address.route
        for address in OURS
        if getattr(address.view, "access", None) is not None
        and not (
            isinstance(address.declared, tuple)
            and all(isinstance(one, str) and one.count(".") == 1 for one in address.declared)
        )
    ]
    assert odd == []


def test_every_action_of_the_api_says_its_scope_and_permissions():
    silent = [
        f"{address.route} {method}"
        for address in API
        for method, action in address.view.actions.items()
        if not isinstance(getattr(address.view.cls, "access", {}).get(action), tuple)
    ]
    assert silent == [], "give these viewsets an ``access`` entry for each action"


def test_public_views_are_exactly_those_that_were_meant_to_be():
    public = {address.name for address in OURS if getattr(address.view, "access", ()) is None}
    assert public == PUBLIC


def test_views_of_packages_are_exactly_those_that_are_known():
    known = BEFORE_SIGN_IN | GUARDED_BY_ALLAUTH
    found = {address.name for address in OF_PACKAGES if not address.name.startswith("admin:")}
    assert found == known


def test_permissions_that_are_required_exist(db):
    from django.contrib.auth.models import Permission

    there = {
        f"{one.content_type.app_label}.{one.codename}" for one in Permission.objects.select_related("content_type")
    }
    asked = {name for address in OURS for name in (getattr(address.view, "access", None) or ())}
    asked |= {name for address in API for _scope, names in address.view.cls.access.values() for name in names}
    assert asked - there == set()


@pytest.fixture
def stranger(db) -> Client:
    return Client()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_sign_in(stranger, method):
    closed = [address for address in OURS if getattr(address.view, "access", None) is not None]
    closed += [address for address in OF_PACKAGES if address.name in GUARDED_BY_ALLAUTH]
    entered = [
        f"{address.route} {answer.status_code}"
        for address in closed
        if (answer := getattr(stranger, method)(address.path)).status_code != 302
        or not answer["Location"].startswith("/accounts/login/?next=")
    ]
    assert entered == []


def test_a_stranger_s_fragment_is_sent_to_sign_in_as_a_whole_page(stranger):
    answer = stranger.get("/band/", headers={"hx-request": "true", "hx-current-url": "http://testserver/inbox/?a=1"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/accounts/login/?next=/inbox/%3Fa%3D1"


def test_the_api_answers_a_stranger_401(stranger):
    entered = [
        f"{address.route} {method} {answer.status_code}"
        for address in API
        for method in list(address.view.actions)
        if (answer := getattr(stranger, method)(address.path)).status_code != 401
    ]
    assert entered == []


def test_the_administration_is_closed_to_strangers_and_to_people_without_it(stranger):
    from tests.village.people import client_of, person

    agent = client_of(person("agent"))
    for address in OF_PACKAGES:
        if not address.name.startswith("admin:") or address.name in {"admin:logout", "admin:jsi18n"}:
            continue
        for client in (stranger, agent):
            answer = client.get(address.path)
            assert answer.status_code in (302, 403, 404), (address.route, answer.status_code)
            if answer.status_code == 302:
                assert "login" in answer["Location"], address.route


def test_a_view_that_says_nothing_is_refused(rf, settings, stranger):
    from django.core.exceptions import PermissionDenied

    from engagement.village.middleware import AccessMiddleware

    def silent(request):
        raise AssertionError("entered")

    with pytest.raises(PermissionDenied, match="does not say who may enter"):
        AccessMiddleware(silent).process_view(rf.get("/"), silent, (), {})
