"""Hold every answer of the API against the OpenAPI description."""

import functools
import json
import re
from typing import Any

from django.test.client import Client
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker

PREFIX = "/api/v1/"


@functools.cache
def description() -> dict[str, Any]:
    with translation.override("en"):
        made = SchemaGenerator().get_schema(request=None, public=True)
    return json.loads(json.dumps(made, default=str))


@functools.cache
def addresses() -> list[tuple[re.Pattern[str], str]]:
    found = []
    for path in sorted(description()["paths"], key=lambda path: path.count("{")):  # a concrete address goes first
        parts = re.split(r"\{[^}]+\}", path)
        found.append((re.compile("[^/]+".join(re.escape(part) for part in parts)), path))
    return found


def faults_of(part: dict[str, Any], value: Any) -> list[str]:
    """Return what is wrong with a value by a schema of the description."""
    whole = part | {"components": description()["components"]}
    found = Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(value)
    return [f"{'/'.join(map(str, one.absolute_path))}: {one.message[:300]}" for one in found]


def check_answer(method: str, path: str, answer: Any) -> None:
    """Fail when an answer is not as described. Raises AssertionError."""
    template = next((template for pattern, template in addresses() if pattern.fullmatch(path)), None)
    where = f"{method} {path} {answer.status_code}"
    if template is None:
        assert answer.status_code in (404, 301), where
        return
    operation = description()["paths"][template].get(method.lower())
    if operation is None:
        assert answer.status_code in (401, 403, 404, 405) or method in ("HEAD", "OPTIONS"), where
        return
    told = operation["responses"].get(str(answer.status_code))
    assert told is not None, f"{where} is not declared: {answer.content[:300]!r}"
    content = told.get("content", {})
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if not content:
        return
    assert kind in content, f"{where}: {kind} is not declared"
    if kind.endswith("json"):
        faults = faults_of(content[kind]["schema"], json.loads(answer.content))
        assert not faults, f"{where}: {faults}"


def hold_answers_to_the_description(monkeypatch: Any) -> None:
    """Check every answer that a test client gets from the API."""
    ask = Client.request

    def request(self: Client, **environ: Any) -> Any:
        answer = ask(self, **environ)
        path = environ.get("PATH_INFO", "")
        if path.startswith(PREFIX) and path != PREFIX and not path.startswith((f"{PREFIX}docs/", f"{PREFIX}schema/")):
            check_answer(environ.get("REQUEST_METHOD", "GET"), path, answer)
        return answer

    monkeypatch.setattr(Client, "request", request)
