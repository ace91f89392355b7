"""The file that answers a request for access: made by a worker, kept for some days, given out, thrown away."""

import hashlib
import tempfile
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from engagement.keep_alive import kept_alive
from engagement.organization.current import current_organization
from engagement.profiles.models import DataRequest, Disclosure, Profile
from engagement.profiles.rights import archive
from engagement.profiles.rights.filing import RequestRefused, waiting
from engagement.profiles.rights.subjects import subject_of
from engagement.profiles.rights.telling import TOPIC, tell
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User
from engagement.wakeups import wake

log = structlog.get_logger(__name__)
TASK = "engagement.profiles.tasks.disclose"
_LEASE = timedelta(seconds=50)  # prolonged while its worker lives
_RENEW_SECONDS = 15
_MOST_ATTEMPTS = 5
State = Disclosure.State


def ask(*, request_id: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> Disclosure:
    """Have a person's file made, in their language. Safe to repeat: one that is being made is returned.

    Raises RequestRefused while it is not known who asks; DataRequest.DoesNotExist.
    """
    with transaction.atomic():
        request = waiting(request_id)
        if request.kind != DataRequest.Kind.ACCESS:
            raise RequestRefused(_("This request does not ask for a file."))
        if request.verified_at is None:
            raise RequestRefused(_("Write down first how you know that it is them."))
        standing = request.disclosures.filter(state__in=[State.WAITING, State.MAKING]).first()
        if standing is not None:
            return standing
        person = Profile.objects.get(pk=request.profile_id)
        row = Disclosure.objects.create(
            request=request, language=_language(person), asked_by=actor, asked_at=now, lease_until=None
        )
        tell(request, "file_asked", actor, now, origin)
        transaction.on_commit(lambda: wake(TASK))
    return row


def work(*, now: datetime) -> int:
    """Make the files that are waited for; return how many are ready."""
    due = Q(state=State.WAITING) & (Q(lease_until=None) | Q(lease_until__lte=now))
    left = Q(state=State.MAKING, lease_until__lte=now)  # its worker died
    keys = list(Disclosure.objects.filter(due | left).order_by("key").values_list("key", flat=True))
    return sum(make(key=key, now=now) for key in keys)


def make(*, key: UUID, now: datetime) -> bool:
    """Make one file; say whether it is ready. A failure is written down and tried again, some times."""
    free = Q(state=State.WAITING) | Q(state=State.MAKING, lease_until__lte=now)
    claim = {"state": State.MAKING, "lease_until": now + _LEASE, "done": 0}
    if not Disclosure.objects.filter(free, pk=key).update(**claim):
        return False
    row = Disclosure.objects.select_related("request").get(pk=key)
    try:
        with kept_alive(lambda: _renew(key), every_seconds=_RENEW_SECONDS):
            _write(row, now)
    except Exception as error:
        attempts = row.attempts + 1
        state = State.FAILED if attempts >= _MOST_ATTEMPTS else State.WAITING
        said = type(error).__name__  # no values: they may be what is being disclosed
        Disclosure.objects.filter(pk=key).update(
            state=state, attempts=attempts, error=said, lease_until=now + timedelta(seconds=10 * 2**attempts)
        )
        log.exception("disclosure_failed", key=str(key), exc_info=error)
        poke(TOPIC, f"profile:{row.request.profile_id}")
        return False
    return True


def _renew(key: UUID) -> None:
    Disclosure.objects.filter(pk=key, state=State.MAKING).update(lease_until=timezone.now() + _LEASE)


def _write(row: Disclosure, now: datetime) -> None:
    subject = subject_of(row.request.profile_id)
    total = archive.size_of(subject)
    Disclosure.objects.filter(pk=row.pk).update(total=total)

    def progress(done: int) -> None:
        lease = datetime.now(tz=now.tzinfo) + _LEASE
        Disclosure.objects.filter(pk=row.pk).update(done=min(done, total), lease_until=lease)

    with tempfile.TemporaryFile() as place:
        archive.write(place, subject, language=row.language, now=now, progress=progress)
        size, digest = place.tell(), hashlib.sha256()
        place.seek(0)
        while block := place.read(1 << 20):
            digest.update(block)
        place.seek(0)
        default_storage.delete(row.path)
        default_storage.save(row.path, File(place))
    facts = {"state": State.READY, "size": size, "sha256": digest.hexdigest(), "done": total, "error": ""}
    kept = timedelta(days=current_organization().keeps_export_files_days)
    Disclosure.objects.filter(pk=row.pk).update(made_at=now, expires_at=now + kept, lease_until=None, **facts)
    poke(TOPIC, f"profile:{row.request.profile_id}")


def given_out(*, disclosure: Disclosure, actor: User, now: datetime, origin: Origin = NOWHERE) -> None:
    """Write down that the file was taken, before it is."""
    request = disclosure.request
    detail = {"profile": str(request.profile_id), "sha256": disclosure.sha256}
    record(actor=actor, action="data_request.file_taken", subject=request, now=now, detail=detail, origin=origin)


def expire(*, now: datetime) -> int:
    """Throw away the files whose days are over; return how many. The file goes before the row says so."""
    rows = list(Disclosure.objects.filter(state=State.READY, expires_at__lte=now).order_by("key"))
    for row in rows:
        default_storage.delete(row.path)
        Disclosure.objects.filter(pk=row.pk).update(state=State.DELETED)
    return len(rows)


def _language(person: Profile) -> str:
    spoken = dict(settings.LANGUAGES)
    if person.language in spoken:
        return person.language
    return "pt-br" if "pt-br" in spoken and person.country in ("", "BR", "PT") else "en"
