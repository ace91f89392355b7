"""The errors of the interface that DRF has no class for; importable before any view, so parsers may raise them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from rest_framework import exceptions


class Conflict(exceptions.APIException):
    """The thing changed meanwhile, or the request contradicts an earlier one (409)."""

    status_code = HTTPStatus.CONFLICT
    default_detail = "This has changed meanwhile. Read it again."
    default_code = "conflict"


class Unprocessable(exceptions.APIException):
    """Well-formed, but cannot be done (422)."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_detail = "This cannot be done."
    default_code = "unprocessable"


class TooLarge(exceptions.APIException):
    """The body is larger than one may be (413)."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large. Send less at once."
    default_code = "too_large"


class PreconditionRequired(exceptions.APIException):
    """The request must say what state it was made for (428, RFC 6585 section 3)."""

    status_code = HTTPStatus.PRECONDITION_REQUIRED
    default_detail = "Say what you have read."
    default_code = "precondition_required"


class PreconditionFailed(exceptions.APIException):
    """``If-Match`` names another state than the present one, which is ``current`` (412, RFC 9110 section 15.5.13)."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = "It has changed since you read it. Look at `current`, then send your change with its ETag."
    default_code = "precondition_failed"

    def __init__(self, current: Mapping[str, Any], etag: str) -> None:
        super().__init__()
        self.current, self.etag = current, etag
