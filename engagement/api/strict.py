"""What a request may carry: filters by declaration, bodies without unknown fields."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from engagement.api.pagination import KeysetPagination, page_size_of
from engagement.api.preconditions import etag_of
from engagement.api.schema import ApiSchema

PAGE_SIZE = KeysetPagination.page_size
PAGE_PARAMETERS = ("cursor", "page_size")
MAX_TEXT = 200
MAX_NAMED = 10  # unknown names that an answer repeats
TRUE, FALSE = ("true", "1"), ("false", "0")


class Kind(StrEnum):
    """What a filter takes."""

    TEXT = "text"
    CHOICE = "choice"
    ID = "id"
    BOOLEAN = "boolean"
    NUMBER = "number"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One query parameter of an operation."""

    name: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 0
    required: bool = False
    description: str = ""

    def read(self, text: str) -> Any:
        """Return the typed value. Raises ParseError with a sentence that says what is allowed."""
        match self.kind:
            case Kind.CHOICE:
                if text not in self.choices:
                    raise ParseError(f"{self.name} is one of: {', '.join(self.choices)}.")
                return text
            case Kind.ID:
                try:
                    return UUID(text)
                except ValueError as error:
                    raise ParseError(f"{self.name} is an id (a UUID).") from error
            case Kind.BOOLEAN:
                if text.lower() not in TRUE + FALSE:
                    raise ParseError(f"{self.name} is true or false.")
                return text.lower() in TRUE
            case Kind.NUMBER:
                digits = text.isascii() and text.isdigit() and len(text) <= 9
                if not digits or not self.minimum <= int(text) <= self.maximum:
                    raise ParseError(f"{self.name} is a whole number from {self.minimum} to {self.maximum}.")
                return int(text)
            case _:
                if len(text) > MAX_TEXT:
                    raise ParseError(f"{self.name} has at most {MAX_TEXT} characters.")
                return text.replace("\x00", "").strip()

    def parameter(self) -> OpenApiParameter:
        """Return its line in the schema."""
        by_kind: dict[Kind, dict[str, Any]] = {
            Kind.TEXT: {"type": "string", "maxLength": MAX_TEXT},
            Kind.CHOICE: {"type": "string", "enum": list(self.choices)},
            Kind.ID: {"type": "string", "format": "uuid"},
            Kind.BOOLEAN: {"type": "boolean"},
            Kind.NUMBER: {"type": "integer", "minimum": self.minimum, "maximum": self.maximum},
        }
        return OpenApiParameter(self.name, by_kind[self.kind], description=self.description, required=self.required)


def read_query(given: QueryDict, filters: tuple[Filter, ...], *, is_paged: bool) -> dict[str, Any]:
    """Return the filters that were given, typed. Raises ParseError for an unknown, repeated or wrong one."""
    known = {one.name: one for one in filters}
    allowed = [*known, *(PAGE_PARAMETERS if is_paged else ())]
    unknown = [name for name in given if name not in allowed]
    if unknown:
        names = ", ".join(repr(name[:50]) for name in unknown[:MAX_NAMED])
        raise ParseError(f"Unknown query parameter: {names}. Allowed: {', '.join(allowed) or 'none'}.")
    for name in given:
        if len(given.getlist(name)) > 1:
            raise ParseError(f"{name} is given more than once.")
    missing = [one.name for one in filters if one.required and one.name not in given]
    if missing:
        raise ParseError(f"Required query parameter: {', '.join(missing)}.")
    return {name: one.read(str(given[name])) for name, one in known.items() if name in given}


class ApiView(APIView):
    """Base of every view of the API. Put it first among the bases.

    ``filters``: by action, the query parameters that it takes. ``paged``: the actions that answer in pages.
    ``bodiless``: POSTs that take no body. ``conditional``: the actions that answer with one representation and its
    ETag; those that change it take ``If-Match`` (``preconditions.refuse_other_state``). ``volatile``: fields that
    change by themselves, which an ETag leaves out.
    """

    schema = ApiSchema()
    access: Mapping[str, tuple[str, tuple[str, ...]]] = {}
    filters: ClassVar[Mapping[str, tuple[Filter, ...]]] = {}
    paged: ClassVar[frozenset[str]] = frozenset({"list"})
    bodiless: ClassVar[frozenset[str]] = frozenset()
    conditional: ClassVar[frozenset[str]] = frozenset()
    volatile: ClassVar[frozenset[str]] = frozenset()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the ETag of what is shown."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if getattr(self, "action", None) in self.conditional and final.status_code < 300 and "ETag" not in final:
            shown = getattr(final, "data", None) or json.loads(final.content)  # the latter: an answer that was kept
            final["ETag"] = etag_of(shown, volatile=self.volatile)
        return final

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what the operation does not take. ``self.query`` holds the filters."""
        self.query: dict[str, Any] = {}
        super().initial(request, *args, **kwargs)
        action = getattr(self, "action", None)
        if action is None or action == "metadata":
            return
        declared = self.filters.get(action, ())
        if action in self.paged:
            page_size_of(request, PAGE_SIZE)
        self.query = read_query(request.query_params, declared, is_paged=action in self.paged)
        if action in self.bodiless and request.data:
            _refuse_body(request.data)


def _refuse_body(data: Any) -> None:
    if isinstance(data, Mapping):
        raise ValidationError({str(name)[:100]: ["This operation takes no body."] for name in list(data)[:MAX_NAMED]})
    raise ValidationError(["This operation takes no body."])


class StrictSerializer(serializers.Serializer[Any]):
    """A body: a field that it does not know is refused instead of dropped."""

    def to_internal_value(self, data: Any) -> Any:
        """Read the known fields. Raises ValidationError with the unknown ones and the wrong ones together."""
        faults: dict[str, Any] = {}
        if isinstance(data, Mapping) and not isinstance(data, QueryDict):
            faults = self._wrong_types(data)
            data = {name: value for name, value in data.items() if name not in faults}
        if isinstance(data, Mapping):
            known = [name for name, field in self.fields.items() if not field.read_only]
            for name in [str(name) for name in data if name not in known][:MAX_NAMED]:
                sentence = f"Unknown field. Allowed: {', '.join(known) or 'none'}."
                faults[name[:100]] = [ErrorDetail(sentence, code="unknown_field")]
        try:
            value = super().to_internal_value(data)
        except ValidationError as error:
            if isinstance(error.detail, dict):
                raise ValidationError({**error.detail, **faults}) from error
            raise
        if faults:
            raise ValidationError(faults)
        return value

    def _wrong_types(self, data: Mapping[Any, Any]) -> dict[str, Any]:
        """Return a sentence for each value that is of another JSON type than its field: nothing is converted."""
        faults = {}
        for name, field in self.fields.items():
            if name in data and data[name] is not None and not field.read_only:
                sentence = wrong_type_of(field, data[name])
                if sentence:
                    faults[name] = [ErrorDetail(sentence, code="invalid_type")]
        return faults


def wrong_type_of(field: Any, value: Any) -> str:
    """Return what is wrong with the JSON type of a value, or nothing."""
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return next(filter(None, (wrong_type_of(field.child, one) for one in value if one is not None)), "")
    for kinds, allowed, sentence in _JSON_TYPES:
        is_of_type = isinstance(value, allowed) and (not isinstance(value, bool) or bool in allowed)
        if isinstance(field, kinds) and not is_of_type:
            return sentence
    return ""


_JSON_TYPES: tuple[tuple[Any, tuple[type, ...], str], ...] = (
    ((serializers.CharField, serializers.UUIDField, serializers.PrimaryKeyRelatedField), (str,), "Send text."),
    (serializers.IntegerField, (int, float), "Send a whole number."),
    (serializers.BooleanField, (bool,), "Send true or false."),
)
