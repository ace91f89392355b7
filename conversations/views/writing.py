"""From the composer's form to an action's arguments, and back to the composer when something is wrong."""

import uuid
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from conversations.actions.recipients import everyone
from conversations.actions.upload import upload
from conversations.forms import WritingForm
from conversations.models import Conversation, Draft, Message
from conversations.views.context import Composer
from engagement.channels.actions.transmit import Recipient
from engagement.channels.models import Attachment
from engagement.village.models import User


def named(recipients: list[Recipient], conversation: Conversation) -> list[Recipient]:
    """Give addresses the names under which they take part; a form sends addresses only."""
    names = {person["address"].lower(): person["name"] for person in everyone(conversation)}
    return [
        Recipient(address=one["address"], name=names.get(one["address"].lower(), ""), role=one["role"])
        for one in recipients
    ]


def attachment_ids(request: HttpRequest, form: WritingForm, *, now: Any) -> list[UUID]:
    """The keys that were uploaded before, and the files that came with a form without JavaScript.

    Raises FileRefused.
    """
    files: list[UploadedFile] = request.FILES.getlist("files")
    fresh = [upload(file=file, uploaded_by=request.user, now=now).pk for file in files]  # type: ignore[arg-type]
    return [*form.cleaned_data["attachment_ids"], *fresh]


def composer_again(
    form: WritingForm,
    conversation: Conversation,
    *,
    author: User,
    kind: str,
    error: str = "",
    answered_first: list[Message] | None = None,
) -> Composer:
    """The composer with what was sent, and what was wrong with it. Nothing that was written is lost."""
    cleaned: dict[str, Any] = getattr(form, "cleaned_data", {})
    people = named(cleaned.get("recipients", []), conversation) or everyone(conversation)
    keys = cleaned.get("attachment_ids", [])
    other = Draft.objects.filter(conversation=conversation, author=author).exclude(kind=kind).first()
    seen = max((message.seq for message in answered_first or []), default=cleaned.get("seen_seq", 0))
    return Composer(
        kind=kind,
        text=cleaned.get("text", "") or form.data.get("text", ""),
        other_text=other.text if other else "",
        draft=cleaned.get("draft") or "",
        other_draft=other.token if other else "",
        client_key=cleaned.get("client_key") or uuid.uuid4().hex,
        seen_seq=max(seen, cleaned.get("seen_seq", 0)),
        to=[person for person in people if person["role"] != "cc"],
        cc=[person for person in people if person["role"] == "cc"],
        files=list(Attachment.objects.filter(pk__in=keys).order_by("key")),
        is_draft=True,
        error=error,
        answered_first=answered_first or [],
    )
