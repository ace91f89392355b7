"""Files in a bucket of a local S3 server: attachments, disclosures and imports are written there, served through our
permission check only, and no host needs a disk of its own for them.
"""

import io

import boto3
import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.urls import reverse
from django.utils import timezone
from environs import Env
from moto.server import ThreadedMotoServer

from engagement.channels.inbound import processing
from engagement.channels.models import Attachment
from engagement.config.s3_storage import PrivateS3Storage, StorageUnavailable, s3_options
from tests.factories import make_channel, make_queue, make_user

pytestmark = pytest.mark.django_db
BUCKET = "vilarejo-files"


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint, monkeypatch, settings):
    for name, value in {
        "S3_ENDPOINT_URL": endpoint,
        "S3_REGION": "us-east-1",
        "S3_ACCESS_KEY_ID": "key",
        "S3_SECRET_ACCESS_KEY": "secret",
        "S3_PREFIX": "care/",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
    )
    client.create_bucket(Bucket=BUCKET)
    backend = {"BACKEND": "engagement.config.s3_storage.PrivateS3Storage", "OPTIONS": s3_options(Env(), BUCKET)}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    yield client
    for entry in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=entry["Key"])


def keys_in(client) -> list[str]:
    return [entry["Key"] for entry in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_files_are_kept_below_the_prefix_and_read_back_whole(bucket):
    assert isinstance(storages["default"], PrivateS3Storage)
    name = default_storage.save("disclosures/a.zip", ContentFile(b"x" * 6_000_000))
    assert keys_in(bucket) == [f"care/{name}"]
    with default_storage.open(name) as file:
        assert (len(file.read()), default_storage.size(name)) == (6_000_000, 6_000_000)
    second = default_storage.save("disclosures/a.zip", ContentFile(b"other"))
    assert second != name
    default_storage.delete(name)
    assert (default_storage.exists(name), default_storage.exists(second)) == (False, True)
    with pytest.raises(FileNotFoundError):
        default_storage.open(name)


def test_a_bucket_that_is_away_fails_as_a_disk_does(bucket):
    options = s3_options(Env(), "no-such-bucket")
    missing = PrivateS3Storage(**options)
    with pytest.raises(StorageUnavailable):
        missing.save("a.txt", ContentFile(b"x"))
    with pytest.raises(OSError):
        missing.check()
    storages["default"].check()


def test_an_attachment_that_came_by_mail_is_in_the_bucket_and_only_for_who_may_see_it(bucket, client):
    from engagement.channels.actions.receive import receive
    from engagement.events import relay

    care = make_channel("care@pedralva.example")
    queue = make_queue("care", channels=(care,), is_default=True)
    receive(channel=care, body=WITH_FILE, provider_key="one", envelope={}, now=timezone.now())
    processing.process_waiting()
    relay.run_pending(limit=100)
    attachment = Attachment.objects.get()
    assert keys_in(bucket) == [f"care/{attachment.file.name}"]
    url = reverse("conversations:attachment", args=[attachment.pk])
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    client.force_login(make_user(), backend=backend)
    assert client.get(url).status_code in (403, 404)
    agent = make_user(queues=(queue,))
    agent.groups.add(Group.objects.get(role__slug="agent"))
    client.force_login(agent, backend=backend)
    answer = client.get(url)
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"the order\n")


WITH_FILE = (
    b"From: Ana <ana@cliente.example>\r\nTo: care@pedralva.example\r\nSubject: Order\r\nMessage-ID: <f@c.example>\r\n"
    b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nSee the file\r\n"
    b'--b\r\nContent-Type: text/plain; name="order.txt"\r\nContent-Disposition: attachment; filename="order.txt"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\ndGhlIG9yZGVyCg==\r\n--b--\r\n"
)


def test_a_file_of_an_import_is_read_from_the_bucket(bucket):
    content = b"name;email\nAna;ana@cliente.example\n"
    name = default_storage.save("imports/people.csv", ContentFile(content))
    with default_storage.open(name) as file:
        assert io.TextIOWrapper(file, "utf-8").read() == content.decode()
