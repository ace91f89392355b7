"""Errors as RFC 9457 problem details (``application/problem+json``)."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db import DataError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from engagement.api.exceptions import PreconditionFailed, TooLarge

CONTENT_TYPE = "application/problem+json"


def problem(status: int, detail: str, *, code: str = "", errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """Return the members of a problem document (RFC 9457 section 3.1)."""
    body: dict[str, Any] = {
        "type": f"urn:vilarejo:problem:{code}" if code else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return body | ({"errors": errors} if errors else {})


def problem_response(status: int, detail: str, *, code: str = "") -> JsonResponse:
    """Return a problem document as an answer of plain Django."""
    return JsonResponse(problem(status, detail, code=code), status=status, content_type=CONTENT_TYPE)


def is_api_address(request: HttpRequest) -> bool:
    """Say whether a request is for the API, whose errors are problem documents, and not for a page."""
    return request.path.startswith("/api/") and not request.path.startswith("/api/tokens/")


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into a problem document; None for what is a defect of ours (500)."""
    if isinstance(error, DataError):
        error = exceptions.ParseError("A value cannot be stored as it is.")
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    if isinstance(error, ValidationError):
        error = exceptions.ValidationError(error.messages)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, Http404):
        error = exceptions.NotFound("There is no such thing, or you may not see it.")
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.ValidationError):
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    response.data = _document(error, response.status_code)
    if isinstance(error, PreconditionFailed):
        response.data["current"] = error.current
        response["ETag"] = error.etag
    response.content_type = CONTENT_TYPE
    return response


def _document(error: Exception, status: int) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        faults = list(_faults(error.detail, ""))
        return problem(status, "Some values are missing or wrong.", code="invalid", errors=faults)
    detail = getattr(error, "detail", str(error))
    return problem(status, str(detail), code=str(getattr(detail, "code", "")))


def _escape(name: object) -> str:
    """Return a name as a part of a JSON pointer (RFC 6901)."""
    return str(name).replace("~", "~0").replace("/", "~1")


def _faults(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            is_whole = name == api_settings.NON_FIELD_ERRORS_KEY
            yield from _faults(inner, pointer if is_whole else f"{pointer}/{_escape(name)}")
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from _faults(inner, f"{pointer}/{index}" if isinstance(inner, dict | list) else pointer)
    else:
        yield {"pointer": f"#{pointer}", "detail": str(detail), "code": str(getattr(detail, "code", "invalid"))}
