"""``Idempotency-Key`` on POST: the same key and request get the same answer, and the work is done once."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from engagement.api.exceptions import Unprocessable
from engagement.api.models import KeptAnswer
from engagement.village.access import person_of

KEEP = timedelta(days=1)


def once(view: Callable[..., Response]) -> Callable[..., Response | HttpResponse]:
    """Do the decorated POST at most once per person and Idempotency-Key (optional header, 1 to 200 characters).

    Key and answer are committed together with what was done: a second request waits for the first one's commit and
    gets its answer with ``Idempotency-Replayed: true``; the same key with another request is refused with 422.
    """

    @wraps(view)
    def wrapped(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response | HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return view(self, request, *args, **kwargs)
        if len(key) > 200 or not key.isprintable():
            raise ParseError("An Idempotency-Key has 1 to 200 printable characters.")
        with transaction.atomic():
            now, mark = timezone.now(), _fingerprint(request)
            if not _reserve(request, key, mark, now):
                return _replay(request, key, mark)
            response = view(self, request, *args, **kwargs)
            return _keep(self, request, key, response)

    return wrapped


def _fingerprint(request: Request) -> str:
    said = repr(request.data).encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + said)
    for name, file in sorted(request.FILES.items()):
        digest.update(f"\n{name}\n".encode("utf-8", "surrogatepass"))
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
    return digest.hexdigest()


def _reserve(request: Request, key: str, mark: str, now: datetime) -> bool:
    """Insert the key; waits while another request with it is under way. False when it was answered before."""
    KeptAnswer.objects.filter(created_at__lt=now - KEEP, person=person_of(request), idempotency_key=key).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO api_keptanswer (person_id, idempotency_key, fingerprint, status, body, created_at)"
            " VALUES (%s, %s, %s, 0, '', %s) ON CONFLICT DO NOTHING",
            [person_of(request).pk, key, mark, now],
        )
        return bool(cursor.rowcount)


def _replay(request: Request, key: str, mark: str) -> HttpResponse:
    kept = KeptAnswer.objects.get(person=person_of(request), idempotency_key=key)
    if kept.fingerprint != mark:
        raise Unprocessable("This Idempotency-Key was used for another request. Choose a new one.")
    answer = HttpResponse(bytes(kept.body), status=kept.status, content_type="application/json")
    answer["Idempotency-Replayed"] = "true"
    return answer


def _keep(view: Any, request: Request, key: str, response: Response) -> Response:
    rendered: Response = view.finalize_response(request, response)
    rendered.render()
    KeptAnswer.objects.filter(person=person_of(request), idempotency_key=key).update(
        status=rendered.status_code, body=rendered.content
    )
    return rendered
