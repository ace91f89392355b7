"""``ETag`` and ``If-Match``: a change is made to the state that was read, or not at all.

An ETag stands for what the answer shows, so whatever the reader can see counts as a change. ``If-Match`` is optional;
where an operation requires it, a request without it is answered 428 (a campaign's launch).
"""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from engagement.api.exceptions import PreconditionFailed

MAX_HEADER = 2_000  # characters of If-Match that are read


def etag_of(shown: Mapping[str, Any], *, volatile: Collection[str] = ()) -> str:
    """Return the ETag of a representation; its ``volatile`` fields do not count (the time of the last email)."""
    lasting = {name: value for name, value in shown.items() if name not in volatile}
    return f'"{hashlib.sha256(JSONRenderer().render(lasting)).hexdigest()[:32]}"'


def refuse_other_state(request: Request, current: Mapping[str, Any], *, volatile: Collection[str] = ()) -> None:
    """Compare ``If-Match`` with the present state, which the caller has locked. Raises PreconditionFailed.

    A weak ETag counts as the strong one: proxies that compress weaken it, and the state behind it is the same.
    """
    header = request.headers.get("If-Match", "")[:MAX_HEADER].strip()
    if not header or header == "*":
        return
    given = {one.strip().removeprefix("W/") for one in header.split(",")}
    etag = etag_of(current, volatile=volatile)
    if etag not in given:
        raise PreconditionFailed(current, etag)
