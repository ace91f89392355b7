"""The OpenAPI description: what the code declares, and what holds for every operation."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

IF_MATCH = "If-Match"
PROBLEM = "application/problem+json"
_ERRORS = {
    "400": "A query parameter is unknown or wrong, or the body is no JSON",
    "401": "No valid token",
    "403": "The person may not do this, or the token lacks the scope",
    "404": "There is no such thing, or you may not see it",
    "405": "The address does not take this method",
    "406": "The answer is JSON; the request accepts none",
    "409": "It has changed meanwhile; read it again",
    "412": "It is not in the state that If-Match names; `current` is the present one",
    "413": "The body is too large",
    "415": "The body is not of the declared type",
    "422": "Some values are missing or wrong, or it cannot be done; the detail says why",
    "429": "Too many requests; Retry-After says when to try again",
}
_PARAMETERS = {
    "id": "Its id",
    "cursor": "Where the page begins: take the whole address from `next` of the page before",
    "page_size": "How many at most; 50 unless said",
    "Idempotency-Key": "The same key and request are done once in 24 hours, and answered the same",
}
_PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "urn:vilarejo:problem: and a code, or about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What happened, and what to do"},
        "errors": {
            "type": "array",
            "description": "Each wrong value of a body",
            "items": {
                "type": "object",
                "required": ["pointer", "detail", "code"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body, after #"},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
                "additionalProperties": False,
            },
        },
        "current": {
            "type": "object",
            "description": "Of a 412: the present state, whose ETag is in the header",
            "additionalProperties": True,
        },
    },
    "example": {
        "type": "urn:vilarejo:problem:invalid",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "Some values are missing or wrong.",
        "errors": [{"pointer": "#/title", "detail": "This field is required.", "code": "required"}],
    },
}
_ETAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, description="Stands for the state that is shown", response=[200, 201]
)
_IF_MATCH = OpenApiParameter(
    IF_MATCH, str, OpenApiParameter.HEADER, description="The ETag of the state to change; another one is refused (412)"
)


class ApiSchema(AutoSchema):
    """Adds the filters that a view declares, and the scope that an operation needs."""

    def get_override_parameters(self) -> list[Any]:
        """Return the declared filters, then what the operation itself says."""
        action = getattr(self.view, "action", None)
        declared = [one.parameter() for one in getattr(self.view, "filters", {}).get(action, ())]
        if action in getattr(self.view, "conditional", ()):
            declared += [_ETAG] if self.method == "GET" else [_ETAG, _IF_MATCH]
        return declared + list(super().get_override_parameters())

    def _map_serializer_field(self, field: Any, direction: str, bypass_extensions: bool = False) -> Any:
        """Say of a read-only field of a model that it can be empty where the model's can."""
        model = getattr(getattr(field.parent, "Meta", None), "model", None)
        if field.read_only and model is not None and field.source and "." not in field.source:
            known = {one.name: one for one in model._meta.get_fields()}.get(field.source)
            field.allow_null = field.allow_null or bool(getattr(known, "null", False))
            if isinstance(field, serializers.ChoiceField):
                field.allow_blank = field.allow_blank or bool(getattr(known, "blank", False))
        return super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]

    def get_description(self) -> str:  # type: ignore[override]  # so does drf-spectacular
        """Return the operation's description with its scope and permissions."""
        said = super().get_description() or ""
        needed = getattr(self.view, "access", {}).get(getattr(self.view, "action", None))
        if needed is None:
            return said
        scope, permissions = needed
        named = ", ".join(f"`{one}`" for one in permissions)
        return f"{said}\n\nScope: `{scope}`. Permissions: {named or 'none'}.".strip()


def add_common_parts(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Declare every problem that an operation can answer with; refuse unknown fields; give examples."""
    from engagement.api.examples import add_examples

    components = result.setdefault("components", {}).setdefault("schemas", {})
    components["Problem"] = _PROBLEM_SCHEMA
    for _path, method, operation in operations_of(result):
        _declare_problems(method, operation)
        for parameter in operation.get("parameters", ()):
            if not parameter.get("description") and parameter["name"] in _PARAMETERS:
                parameter["description"] = _PARAMETERS[parameter["name"]]
            if parameter["name"] == "Idempotency-Key":
                parameter["schema"] = {"type": "string", "pattern": "^[!-~]{1,200}$"}
    for name in _bodies(result, components):
        if components[name].get("type") == "object":
            components[name]["additionalProperties"] = False
    add_examples(result)
    return result


def operations_of(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and operation."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _declare_problems(method: str, operation: dict[str, Any]) -> None:
    codes = ["400", "401", "403", "404", "405", "406", "429"]
    if method != "get":
        codes += ["409", "413", "415", "422"]
    if method != "get" and any(one.get("name") == IF_MATCH for one in operation.get("parameters", ())):
        codes.append("412")
    responses = operation["responses"]
    for code in codes:
        responses.setdefault(code, {"description": _ERRORS[code]})
    for code, response in responses.items():
        if code >= "400":
            response["content"] = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        response.setdefault("description", "")
    operation["responses"] = dict(sorted(responses.items()))


def _bodies(result: dict[str, Any], components: dict[str, Any]) -> set[str]:
    """Return the names of components that stand in a request, directly or within another."""
    found: set[str] = set()
    waiting = [operation.get("requestBody", {}) for _path, _method, operation in operations_of(result)]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(components.get(name, {}))
            waiting += [inner for key, inner in part.items() if key != "$ref"]
        elif isinstance(part, list):
            waiting += part
    return found
