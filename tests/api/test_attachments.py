"""Files that a program uploads, sends and downloads."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from conversations.actions.upload import upload
from conversations.models import MessageAttachment
from engagement.village.models import User

pytestmark = pytest.mark.django_db
FILES = "/api/v1/attachments/"
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def send(client, bearer):
    headers = bearer("conversations:read", "conversations:write")

    def do(content: bytes = PDF, name: str = "bill.pdf", **more: str):
        return client.post(FILES, {"file": SimpleUploadedFile(name, content)}, headers=headers | more)

    return do


def test_a_file_is_uploaded_sent_and_downloaded(client, bearer, send, visible):
    headers = bearer("conversations:read", "conversations:write")
    kept = send().json()
    assert (kept["filename"], kept["content_type"], kept["size"]) == ("bill.pdf", "application/pdf", len(PDF))
    body = json.dumps({"text": "Here is the bill.", "attachments": [kept["id"]]})
    url = f"/api/v1/conversations/{visible.pk}/messages/"
    answer = client.post(url, body, content_type="application/json", headers=headers)
    assert answer.status_code == 201, answer.content
    assert answer.json()["attachments"] == [
        {"id": kept["id"], "filename": "bill.pdf", "content_type": "application/pdf", "size": len(PDF)}
    ]
    listed = client.get(url, headers=headers).json()["results"][0]
    assert [one["id"] for one in listed["attachments"]] == [kept["id"]]
    for accepted in ("*/*", "application/octet-stream"):
        got = client.get(f"{FILES}{kept['id']}/content/", headers=headers | {"accept": accepted})
        assert b"".join(got.streaming_content) == PDF
    assert got["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"{FILES}{kept['id']}/", headers=headers).json() == kept


def test_the_same_key_keeps_one_file_and_another_content_is_refused(send):
    first = send(**{"idempotency-key": "f"}).json()
    assert send(**{"idempotency-key": "f"}).json() == first
    assert send(b"%PDF-1.7 other", **{"idempotency-key": "f"}).status_code == 422


@pytest.mark.parametrize(("content", "code"), [(b"", "file_empty"), (b"x" * 200, "file_too_large")])
def test_what_cannot_be_kept_is_refused(send, settings, content, code):
    settings.ATTACHMENT_LIMIT = 100
    answer = send(content)
    assert (answer.status_code, answer.json()["type"]) == (422, f"urn:vilarejo:problem:{code}")


def test_a_body_without_a_file_is_refused(client, bearer):
    assert client.post(FILES, {}, headers=bearer("conversations:write")).status_code == 422
    wrong = client.post(FILES, "{}", content_type="application/json", headers=bearer("conversations:write"))
    assert wrong.status_code == 415


def test_a_file_of_somebody_else_is_not_there(client, bearer, visible, hidden):
    headers = bearer("conversations:read", "conversations:write")
    other = User.objects.create_user("x@pedralva.example", None, name="X")
    theirs = upload(file=SimpleUploadedFile("secret.pdf", PDF), uploaded_by=other, now=timezone.now())
    MessageAttachment.objects.create(message=hidden.messages.first(), attachment=theirs)
    assert client.get(f"{FILES}{theirs.pk}/", headers=headers).status_code == 404
    assert client.get(f"{FILES}{theirs.pk}/content/", headers=headers).status_code == 404
    for kind in ("reply", "note"):
        body = json.dumps({"text": "Look", "kind": kind, "attachments": [str(theirs.pk)]})
        url = f"/api/v1/conversations/{visible.pk}/messages/"
        answer = client.post(url, body, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:vilarejo:problem:attachment_missing")
