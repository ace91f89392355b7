"""Files in an S3-compatible bucket: private, read by this installation only, and failing as files on a disk do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

CONNECT_SECONDS, READ_SECONDS = 5, 30
MAX_IN_MEMORY = 5 * 1024 * 1024


class StorageUnavailable(OSError):
    """The object storage did not do what was asked; a retry may help."""


class PrivateS3Storage(S3Storage):  # type: ignore[misc]
    """Raises OSError where the bucket cannot be used, so that what handles a full or broken disk handles it too."""

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        with _as_os_error():
            found: File[Any] = super()._open(name, mode)
            return found

    def _save(self, name: str, content: Any) -> str:
        with _as_os_error():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        """Remove a file; one that is not there is no error."""
        with _as_os_error():
            super().delete(name)

    def exists(self, name: str) -> bool:
        """Say whether a file is there."""
        with _as_os_error():
            return bool(super().exists(name))

    def size(self, name: str) -> int:
        """Return the bytes of a file."""
        with _as_os_error():
            return int(super().size(name))

    def check(self) -> None:
        """Ask for the bucket. Raises OSError."""
        with _as_os_error():
            self.connection.meta.client.head_bucket(Bucket=self.bucket_name)


@contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise StorageUnavailable(f"The object storage answers: {error}") from error


def s3_options(env: Any, bucket: str) -> dict[str, Any]:
    """Return the options of the storage from the environment. Without keys of our own, boto3's usual sources hold
    (AWS_ACCESS_KEY_ID, a profile, the role of the machine).
    """
    from botocore.config import Config

    style = env.str("S3_ADDRESSING_STYLE", "")
    endpoint = env.str("S3_ENDPOINT_URL", "")
    encryption = env.str("S3_SERVER_SIDE_ENCRYPTION", "")
    return {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "region_name": env.str("S3_REGION", "") or None,
        "access_key": env.str("S3_ACCESS_KEY_ID", "") or None,
        "secret_key": env.str("S3_SECRET_ACCESS_KEY", "") or None,
        "location": env.str("S3_PREFIX", "").strip("/"),
        "default_acl": None,
        "querystring_auth": True,
        "file_overwrite": False,
        "max_memory_size": MAX_IN_MEMORY,
        "object_parameters": {"ServerSideEncryption": encryption} if encryption else {},
        "client_config": Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"max_attempts": 3, "mode": "standard"},
            signature_version="s3v4",
            s3={"addressing_style": style or ("path" if endpoint else "auto")},
            # Checksums that others than AWS do not know are sent where the service asks for them.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    }
