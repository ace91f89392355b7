"""Files: taken in for an answer that is being written, given out to whoever may open their conversation."""

from uuid import UUID

from csp.constants import NONE
from csp.decorators import csp_replace
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from conversations.actions import upload as uploads
from conversations.selectors.attachments import attachments_visible_to
from conversations.views.files import is_safe_raster
from engagement.channels.models import Attachment
from engagement.village.access import person_of, requires


@requires("conversations.change_conversation")
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Keep one uploaded file and answer with its chip. 422 with a sentence when it cannot be taken."""
    file = request.FILES.get("file")
    try:
        if file is None:
            raise uploads.NoFile
        kept = uploads.upload(file=file, uploaded_by=request.user, now=timezone.now())  # type: ignore[arg-type]
    except uploads.FileRefused as refused:
        return HttpResponse(str(refused), status=422, content_type="text/plain; charset=utf-8")
    return render(request, "conversations/parts/file_chip.html", {"file": kept})


@requires("conversations.view_conversation")
@require_safe
@csp_replace({"default-src": [NONE], "sandbox": True})  # type: ignore[arg-type]
def download(request: HttpRequest, pk: UUID) -> FileResponse:
    """Give a file out: to be saved, or drawn in place when it is a bitmap and ``?inline=1`` asks for that.

    It is never served as a page: nosniff, an empty sandbox, and every type but bitmaps as a plain stream of bytes.
    """
    file = get_object_or_404(attachments_visible_to(person_of(request)), pk=pk)
    is_inline = request.GET.get("inline") == "1" and is_safe_raster(file.content_type)
    return as_response(file, is_inline=is_inline)


def as_response(file: Attachment, *, is_inline: bool = False) -> FileResponse:
    """Return the bytes of a file, which no browser takes for a page."""
    kind = file.content_type if is_safe_raster(file.content_type) else "application/octet-stream"
    response = FileResponse(file.file.open("rb"), content_type=kind)
    response["Content-Disposition"] = content_disposition_header(not is_inline, file.filename) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, max-age=3600"
    return response
