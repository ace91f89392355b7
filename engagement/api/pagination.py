"""Keyset pages: ``?cursor=`` names the last row seen, so that page one thousand costs what page one does."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from rest_framework.exceptions import ParseError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

LARGEST = 100


class KeysetPagination(BasePagination):
    """Pages over the view's ``keyset``: field names with ``-`` for descending, the last one unique.

    ``?page_size=`` from 1 to 100 (50 unless told). The answer is ``{"next": url|null, "results": […]}``.
    """

    page_size = 50

    def paginate_queryset(  # type: ignore[override]  # a list has no keyset
        self, queryset: QuerySet, request: Request, view: Any = None
    ) -> list[Any]:
        """Return one page. Raises ParseError for a cursor or size that is none."""
        self.request, self.keyset = request, tuple(getattr(view, "keyset", ("-key",)))
        size = page_size_of(request, self.page_size)
        cursor = request.query_params.get("cursor", "")
        ordered = queryset.order_by(*self.keyset)
        if cursor:
            ordered = ordered.filter(after(queryset, self.keyset, _decode(queryset, self.keyset, cursor)))
        rows = list(ordered[: size + 1])
        self.last = rows[size - 1] if len(rows) > size else None
        return rows[:size]

    def get_paginated_response(self, data: Any) -> Response:
        """Return the page with the address of the next one."""
        link = None
        if self.last is not None:
            url = self.request.build_absolute_uri()
            link = replace_query_param(url, "cursor", _encode(self.last, self.keyset))
        return Response({"next": link, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema of a page."""
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {"type": ["string", "null"], "format": "uri", "description": "Address of the next page"},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Return the parameters for the schema."""
        return [
            {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}},
            {
                "name": "page_size",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST},
            },
        ]


def page_by_key(
    request: Request, read_rows: Callable[[UUID | None, int], Sequence[Any]], *, default_size: int = 50
) -> tuple[Sequence[Any], str | None]:
    """Return a page of rows that have a unique ``key`` and are read by other means than a queryset, and the address of
    the next page. ``read_rows`` gets the key after which the page begins and how many rows to read at most.

    Raises ParseError for a cursor or size that is none.
    """
    size, cursor = page_size_of(request, default_size), request.query_params.get("cursor", "")
    rows = read_rows(_decode_key(cursor) if cursor else None, size + 1)
    if len(rows) <= size:
        return rows, None
    url = request.build_absolute_uri()
    return rows[:size], replace_query_param(url, "cursor", _encode(rows[size - 1], ("key",)))


def _decode_key(cursor: str) -> UUID:
    try:
        (value,) = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return UUID(value)
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise ParseError("This cursor is none of ours. Begin again without it.") from error


def page_size_of(request: Request, default: int) -> int:
    text = request.query_params.get("page_size", str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 6 or not 1 <= int(text) <= LARGEST:
        raise ParseError(f"page_size is a whole number from 1 to {LARGEST}.")
    return int(text)


def after(queryset: QuerySet, keyset: tuple[str, ...], values: list[Any]) -> Q:
    """Return the condition "comes after ``values``" for rows ordered by ``keyset``."""
    condition, equal = Q(), Q()
    for name, value in zip(keyset, values, strict=True):
        field = name.lstrip("-")
        step = Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value})
        condition |= equal & step
        equal &= Q(**{field: value})
    return condition


def _encode(row: Any, keyset: tuple[str, ...]) -> str:
    values = [str(getattr(row, name.lstrip("-"))) for name in keyset]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _decode(queryset: QuerySet, keyset: tuple[str, ...], cursor: str) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        fields = [queryset.model._meta.get_field(name.lstrip("-")) for name in keyset]
        return [field.to_python(value) for field, value in zip(fields, values, strict=True)]
    except (ValueError, TypeError, binascii.Error, ValidationError) as error:
        raise ParseError("This cursor is none of ours. Begin again without it.") from error
