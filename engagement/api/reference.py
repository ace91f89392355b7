"""The API's description as a page: made from the schema itself, with nothing fetched from elsewhere."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from engagement.api.schema import PROBLEM
from engagement.village.access import requires

MAX_DEPTH = 3  # objects within objects that are written out
MAX_CHOICES = 20


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of a body or an answer. ``name`` is its path: ``results[].id``."""

    name: str
    type: str
    choices: tuple[str, ...]
    more_choices: int
    limits: str
    is_required: bool
    is_nullable: bool
    text: str


@dataclass(frozen=True, slots=True)
class Content:
    """A body, or an answer that has one: its type, fields and example."""

    media_type: str
    fields: tuple[FieldRow, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A status that an operation answers with."""

    status: str
    text: str
    content: Content | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``paragraphs``: its description, each a list of (is code, text)."""

    id: str
    method: str
    path: str
    summary: str
    paragraphs: tuple[tuple[tuple[bool, str], ...], ...]
    parameters: tuple[tuple[FieldRow, str], ...]
    bodies: tuple[Content, ...]
    answers: tuple[Answer, ...]

    @property
    def successes(self) -> list[Answer]:
        """The answers that say that it is done."""
        return [one for one in self.answers if one.status < "400"]

    @property
    def problems(self) -> list[Answer]:
        """The answers that are problem documents."""
        return [one for one in self.answers if one.status >= "400"]


@dataclass(frozen=True, slots=True)
class Resource:
    """The operations below one address."""

    name: str
    operations: tuple[Operation, ...]


@requires()
@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Show every operation with its parameters, the fields of its body and answers, and an example of each."""
    listed = description()
    shown = {key: listed[key] for key in ("servers", "resources")}
    return render(request, "api/reference.html", shown | {"operations": _operations_in(translation.get_language())})


@cache
def _operations_in(language: str) -> SafeString:
    """Return the part of the page that is the same for everybody who reads a language."""
    return render_to_string("api/parts/operations.html", description() | {"LANGUAGE_CODE": language})


@cache
def description() -> dict[str, Any]:
    """Return what the page shows. The schema follows from the code alone, so it is made once for each process."""
    with translation.override("en"):  # the description is English, so its parts made of models are too
        made = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    schema = json.loads(json.dumps(made, default=str))
    components = schema["components"]["schemas"]
    resources: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            name = path.split("/")[3] or "root"
            resources.setdefault(name, []).append(_operation(path, method, operation, components))
    return {
        "resources": [Resource(name, tuple(operations)) for name, operations in resources.items()],
        "servers": [one["url"] for one in schema.get("servers", ())],
        "problem": rows_of({"$ref": "#/components/schemas/Problem"}, components),
        "problem_type": PROBLEM,
    }


def _operation(path: str, method: str, operation: dict[str, Any], components: dict[str, Any]) -> Operation:
    paragraphs = [part for part in operation.get("description", "").split("\n\n") if part.strip()]
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        paragraphs=tuple(tuple(_with_code(one)) for one in paragraphs),
        parameters=tuple((_parameter(one, components), one["in"]) for one in operation.get("parameters", ())),
        bodies=tuple(_contents(operation.get("requestBody", {}), components)),
        answers=tuple(
            Answer(status, told.get("description", ""), next(_contents(told, components), None))
            for status, told in sorted(operation.get("responses", {}).items())
        ),
    )


def _with_code(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the parts of a text, those between backticks as code."""
    for place, part in enumerate(" ".join(text.split()).split("`")):
        if part:
            yield place % 2 == 1, part


def _contents(part: dict[str, Any], components: dict[str, Any]) -> Iterator[Content]:
    for media_type, media in part.get("content", {}).items():
        if media_type == PROBLEM:
            continue
        named = [one["value"] for one in media.get("examples", {}).values() if "value" in one]
        examples = [media["example"]] if "example" in media else named
        example = "\n\n".join(json.dumps(one, indent=2, ensure_ascii=False) for one in examples)
        yield Content(media_type, rows_of(media.get("schema", {}), components), example)


def _parameter(given: dict[str, Any], components: dict[str, Any]) -> FieldRow:
    told = {"description": given.get("description", ""), **given.get("schema", {})}
    return _row(given["name"], told, components, is_required=bool(given.get("required")))


def rows_of(schema: dict[str, Any], components: dict[str, Any]) -> tuple[FieldRow, ...]:
    """Return a row for each field of a schema, those of objects within it too."""
    return tuple(_rows(schema, components, prefix="", depth=0))


def _rows(schema: dict[str, Any], components: dict[str, Any], *, prefix: str, depth: int) -> Iterator[FieldRow]:
    found = _resolved(schema, components)
    if found.get("type") == "array":
        yield from _rows(found.get("items", {}), components, prefix=f"{prefix}[]", depth=depth)
        return
    required = found.get("required", ())
    for name, part in found.get("properties", {}).items():
        path = f"{prefix}.{name}" if prefix else name
        yield _row(path, part, components, is_required=name in required)
        if depth < MAX_DEPTH:
            yield from _rows(part, components, prefix=path, depth=depth + 1)


def _resolved(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without references; what stands beside a reference wins."""
    if "$ref" in schema:
        named = _resolved(components[schema["$ref"].rpartition("/")[2]], components)
        return named | {key: value for key, value in schema.items() if key != "$ref"}
    parts = schema.get("allOf") or [
        one for one in (*schema.get("oneOf", ()), *schema.get("anyOf", ())) if one.get("type") != "null"
    ]
    if not parts:
        return schema
    merged: dict[str, Any] = {}
    choices: list[Any] = []
    for one in parts:
        found = _resolved(one, components)
        choices += found.get("enum", ())
        merged |= found
    merged |= {key: value for key, value in schema.items() if key not in ("allOf", "oneOf", "anyOf")}
    if choices:
        merged["enum"] = choices
    if any(one.get("type") == "null" for one in (*schema.get("oneOf", ()), *schema.get("anyOf", ()))):
        merged["nullable"] = True
    return merged


def _row(name: str, part: dict[str, Any], components: dict[str, Any], *, is_required: bool) -> FieldRow:
    found = _resolved(part, components)
    kinds = found.get("type", "object" if "properties" in found else "any")
    named = [kinds] if isinstance(kinds, str) else [one for one in kinds if one != "null"]
    choices = [str(one) for one in found.get("enum", ()) if one not in (None, "")]
    return FieldRow(
        name=name,
        type=_type_of(" or ".join(named), found, components),
        choices=tuple(choices[:MAX_CHOICES]),
        more_choices=max(0, len(choices) - MAX_CHOICES),
        limits=_limits(found),
        is_required=is_required,
        is_nullable="null" in kinds or bool(found.get("nullable")) or None in found.get("enum", ()),
        text=_sentence(part, found),
    )


def _type_of(kind: str, found: dict[str, Any], components: dict[str, Any]) -> str:
    if kind == "array":
        inner = _resolved(found.get("items", {}), components)
        return f"array of {_type_of(str(inner.get('type', 'any')), inner, components)}"
    form = found.get("format")
    return f"{kind} ({form})" if form else kind


def _limits(found: dict[str, Any]) -> str:
    low, high = found.get("minimum", found.get("minLength")), found.get("maximum", found.get("maxLength"))
    if low is None and high is None:
        return ""
    return f"{low if low is not None else ''}…{high if high is not None else ''}"


def _sentence(part: dict[str, Any], found: dict[str, Any]) -> str:
    """Return what a field is; of one that is an object or a list of values, its own words and not those of its type."""
    text = str(part.get("description") or ("" if found.get("enum") else found.get("description", "")))
    return " ".join(text.replace("`", "").split())
