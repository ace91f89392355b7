"""What a request may not carry, and how every refusal looks."""

import json
import re

import pytest

from engagement.api.examples import example_of
from engagement.api.schema import operations_of
from tests.api.openapi import description, faults_of

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"
SOME_ID = "0193a3f0-5b1e-7c3a-9d42-6f1c0a7b2e10"
OPERATIONS = [(path, method) for path, method, _operation in operations_of(description())]


def operation_at(path: str, method: str) -> dict:
    return description()["paths"][path][method]


def examples_of(media: dict) -> list:
    """One without a name, or those with names."""
    return [media["example"]] if "example" in media else [one["value"] for one in media.get("examples", {}).values()]


def address_of(path: str) -> str:
    return re.sub(r"\{[^}]+\}", SOME_ID, path)


@pytest.fixture
def administrator(client, django_user_model):
    """Ask as somebody who may do everything, with a token of every scope."""
    from datetime import timedelta

    from django.utils import timezone

    from engagement.api.actions import make_token
    from engagement.api.models import SCOPES

    person = django_user_model.objects.create_superuser("root@pedralva.example", None, name="Root")
    now = timezone.now()
    _, text = make_token(person=person, name="t", scopes=list(SCOPES), expires_at=now + timedelta(days=1), now=now)

    def ask(method: str, url: str, **more):
        return client.generic(method.upper(), url, headers={"authorization": f"Bearer {text}"}, **more)

    return ask


@pytest.mark.parametrize(("path", "method"), [one for one in OPERATIONS if one[1] == "get" and one[0] != "/api/v1/"])
def test_an_unknown_parameter_is_refused_and_the_allowed_ones_are_named(administrator, path, method):
    answer = administrator(method, f"{address_of(path)}?bogus=1")
    assert answer.status_code == 400
    named = [one["name"] for one in operation_at(path, method).get("parameters", []) if one["in"] == "query"]
    told = answer.json()["detail"]
    assert "'bogus'" in told
    assert sorted(told.partition("Allowed: ")[2].rstrip(".").split(", ")) == sorted(named or ["none"])


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        (path, parameter)
        for path, method, operation in operations_of(description())
        for parameter in operation.get("parameters", [])
        if method == "get"
        and parameter["in"] == "query"
        and (set(parameter["schema"]) & {"enum", "format", "minimum"} or parameter["schema"]["type"] == "boolean")
    ],
)
@pytest.mark.parametrize("value", ["x", "", "-1", "null", "\u00b2", "true\u0000"])
def test_a_wrong_value_of_a_filter_is_refused(administrator, path, parameter, value):
    required = {
        one["name"]: "a"
        for one in operation_at(path, "get")["parameters"]
        if one["in"] == "query" and one.get("required")
    }
    from urllib.parse import urlencode

    answer = administrator("get", f"{address_of(path)}?{urlencode(required | {parameter['name']: value})}")
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    assert parameter["name"] in answer.json()["detail"]


def test_a_filter_that_is_given_twice_is_refused(administrator):
    answer = administrator("get", "/api/v1/conversations/?status=open&status=resolved")
    assert answer.status_code == 400


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
@pytest.mark.parametrize("levels", [33, 900, 100_000])
def test_deep_json_is_refused(administrator, opening, levels):
    closing = "".join({"[": "]", "{": "}"}[one] for one in reversed(opening) if one in "[{")
    body = opening * levels + "1" + closing * levels
    answer = administrator("post", "/api/v1/companies/", data=body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    assert "nested too deep" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b'{"name": NaN}', b'{"name": "\\ud800"}', b'{"name": ' + b"9" * 5000 + b"}", b""]
)
def test_what_is_no_json_is_refused(administrator, body):
    answer = administrator("post", "/api/v1/companies/", data=body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == PROBLEM


def test_a_body_that_is_too_large_is_refused(administrator, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = json.dumps({"name": "x" * 2000})
    answer = administrator("post", "/api/v1/companies/", data=body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (413, PROBLEM)


def test_a_body_of_another_type_is_refused(administrator):
    answer = administrator(
        "post", "/api/v1/companies/", data="name=x", content_type="application/x-www-form-urlencoded"
    )
    assert (answer.status_code, answer["Content-Type"]) == (415, PROBLEM)


@pytest.mark.parametrize(
    "url",
    [
        "/api/",
        "/api/v2/",
        "/api/v1/nothing/",
        "/api/v1/conversations/no-id/",
        f"/api/v1/conversations/{SOME_ID}/nothing/",
        "/api/v1/%00/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_unknown_address_is_a_problem(client, url, method):
    answer = client.generic(method.upper(), url)
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)
    assert answer.json()["status"] == 404


def test_an_address_without_its_slash_leads_on(client):
    assert client.get("/api/v1/conversations").status_code == 301


def test_the_root_lists_every_resource(client):
    answer = client.get("/api/v1/")
    assert answer.status_code == 200
    firsts = {path.split("/")[3] for path, _method in OPERATIONS} - {""}
    assert set(answer.json()["resources"]) == firsts


@pytest.mark.parametrize("path", sorted({path for path, _method in OPERATIONS} - {"/api/v1/"}))
def test_a_method_that_does_not_exist_is_a_405_never_a_403(administrator, path):
    known = set(description()["paths"][path])
    for method in {"get", "post", "put", "patch", "delete"} - known:
        answer = administrator(method, address_of(path))
        assert (answer.status_code, answer["Content-Type"]) == (405, PROBLEM), method
        assert {one.lower() for one in answer["Allow"].split(", ")} - {"head", "options"} == known


@pytest.mark.parametrize(("path", "method"), [one for one in OPERATIONS if one[1] in ("post", "put", "patch")])
def test_an_unknown_field_is_refused_with_a_pointer(administrator, path, method):
    operation = operation_at(path, method)
    media = operation.get("requestBody", {}).get("content", {})
    if media and "application/json" not in media:
        pytest.skip("takes a file")
    body = dict(examples_of(media["application/json"])[0]) if media else {}
    answer = administrator(
        method, address_of(path), data=json.dumps(body | {"bogus/~": 1}), content_type="application/json"
    )
    if answer.status_code == 404 and "{" in path:
        return  # whom it is about does not exist: said first
    assert answer.status_code == 422
    assert "#/bogus~1~0" in [one["pointer"] for one in answer.json()["errors"]]


def test_examples_are_valid_by_the_schema_beside_them():
    components = description()["components"]["schemas"]
    seen = 0
    for path, method, operation in operations_of(description()):
        parts = list(operation.get("requestBody", {}).get("content", {}).items())
        for code, response in operation["responses"].items():
            parts += list(response.get("content", {}).items()) if code < "400" else []
        for kind, media in parts:
            if kind == "application/json":
                seen += 1
                examples = examples_of(media)
                assert examples, (path, method)
                for example in examples:
                    faults = faults_of(media["schema"], example)
                    assert not faults, (path, method, faults, example_of(media["schema"], components))
    assert seen > 100


def test_every_operation_declares_every_status_that_it_can_answer_with():
    for path, method, operation in operations_of(description()):
        codes = set(operation["responses"])
        wanted = {"400", "401", "403", "404", "405", "429"}
        wanted |= set() if method == "get" else {"409", "413", "415", "422"}
        assert wanted <= codes, (path, method)
        for code in codes:
            if code >= "400":
                assert set(operation["responses"][code]["content"]) == {PROBLEM}
    assert description()["servers"]
