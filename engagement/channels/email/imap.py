"""Fetch a mailbox by IMAP: each message once, none skipped, nothing changed there that nobody asked for.

Standards: RFC 9051 and 3501 (IMAP), RFC 2177 (IDLE), RFC 6851 (MOVE).
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from engagement.channels.actions.receive import Delivery, receive_all
from engagement.channels.email.email_settings import EmailSettings, ImapSettings
from engagement.channels.inbound.delivery_key import delivery_key
from engagement.channels.models import Channel
from engagement.channels.models.fetching import ImapCursor
from engagement.channels.outgoing_guard import ForbiddenHost, is_allowed, resolve

_BATCH = 20
_BATCH_BYTES = 32 * 1024 * 1024
_CLOCK_DIFFERENCE = timedelta(minutes=5)  # between the mail server and us, at most
_SECONDS = SocketTimeout(connect=20, read=60)


class MailboxRefused(Exception):
    """The mailbox cannot be fetched until somebody changes something. ``code`` is one of ``connection_problems``."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}".rstrip(": "))
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where a channel's mail is fetched: its settings, and whose they are."""

    channel_id: UUID
    server: ImapSettings

    @classmethod
    def of(cls, channel: Channel) -> Mailbox | None:
        """Read a channel's settings; None when it is not fetched by IMAP."""
        wanted = EmailSettings.from_channel(channel).imap
        return cls(channel.pk, wanted) if wanted else None


def connect(mailbox: Mailbox, *, timeout: SocketTimeout = _SECONDS, readonly: bool | None = None) -> IMAPClient:
    """Connect, sign in, select the folder; read-only unless something is to be changed there.

    Raises MailboxRefused, ForbiddenHost (an OSError), OSError, IMAPClientError.
    """
    server = mailbox.server
    resolve(server.host, server.port)
    context = ssl.create_default_context()
    tls = server.tls == "always"
    client = IMAPClient(
        server.host, server.port, use_uid=True, ssl=tls, ssl_context=context if tls else None, timeout=timeout
    )
    client.normalise_times = False
    try:
        _check_peer(client)
        _start_tls(client, server, context)
        _sign_in(client, server)
        _select(client, server, readonly=server.after == "keep" if readonly is None else readonly)
    except BaseException:
        client.shutdown()
        raise
    return client


def _start_tls(client: IMAPClient, server: ImapSettings, context: ssl.SSLContext) -> None:
    if server.tls not in ("required", "offered"):
        return
    if client.has_capability("STARTTLS"):
        client.starttls(context)
    elif server.tls == "required":
        raise MailboxRefused("starttls_missing")


def _select(client: IMAPClient, server: ImapSettings, *, readonly: bool) -> None:
    try:
        client.select_folder(server.folder, readonly=readonly)
    except IMAPClientError as error:
        if isinstance(error, IMAPClientAbortError):
            raise
        raise MailboxRefused("folder", str(error)) from error
    if server.after == "move" and not client.folder_exists(server.move_to):
        raise MailboxRefused("target_folder", server.move_to)


def fetch_new(client: IMAPClient, mailbox: Mailbox, *, now: datetime) -> int:
    """Store all that the folder holds beyond the cursor; return how many messages were new to us.

    Each batch and the cursor's move are one transaction, so a crash between fetching and storing costs a second
    fetch and nothing else. When the server gave the folder new UIDs, all is looked at again, and known by its key.
    """
    validity = _uid_validity(client, mailbox)
    cursor = _cursor(client, mailbox, validity, now)
    act_on_stored(client, mailbox, cursor)
    stored = 0
    uids = [uid for uid in sorted(client.search(["UID", f"{cursor.last_uid + 1}:*"])) if uid > cursor.last_uid]
    while uids:
        batch = _affordable(client, uids[:_BATCH])
        found = _messages(client, mailbox, batch)
        stored += _store(mailbox, cursor, batch, found, now)
        act_on_stored(client, mailbox, cursor)
        uids = uids[len(batch) :]
    return stored


def act_on_stored(client: IMAPClient, mailbox: Mailbox, cursor: ImapCursor) -> None:
    """Flag or move what is committed, if the channel's settings say so; what a crash left undone is done now."""
    if mailbox.server.after != "keep" and cursor.acted_uid < cursor.last_uid:
        span = f"{cursor.acted_uid + 1}:{cursor.last_uid}"
        uids = client.search(["UID", span])
        if uids and mailbox.server.after == "seen":
            client.add_flags(uids, [rb"\Seen"], silent=True)
        elif uids:
            _move(client, uids, mailbox.server.move_to)
    if cursor.acted_uid != cursor.last_uid:
        cursor.acted_uid = cursor.last_uid
        cursor.save(update_fields=["acted_uid"])


def _move(client: IMAPClient, uids: list[int], folder: str) -> None:
    if client.has_capability("MOVE"):
        client.move(uids, folder)
        return
    client.copy(uids, folder)
    client.add_flags(uids, [rb"\Deleted"], silent=True)
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(uids)  # a plain EXPUNGE would remove what others have marked


def _sign_in(client: IMAPClient, server: ImapSettings) -> None:
    peer = ip_address(str(client.socket().getpeername()[0]).partition("%")[0])
    if peer.is_global and not isinstance(client.socket(), ssl.SSLSocket):
        raise MailboxRefused("no_plain_password")
    try:
        client.login(server.user, server.password)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        raise MailboxRefused("sign_in", str(error)) from error


def _check_peer(client: IMAPClient) -> None:
    """Once more on the connection itself: the name may have been given another address since it was judged."""
    address = str(client.socket().getpeername()[0])
    if not is_allowed(ip_address(address.partition("%")[0])):
        raise ForbiddenHost(client.host, address)


def _uid_validity(client: IMAPClient, mailbox: Mailbox) -> int:
    return int(client.folder_status(mailbox.server.folder, ["UIDVALIDITY"])[b"UIDVALIDITY"])


def _cursor(client: IMAPClient, mailbox: Mailbox, validity: int, now: datetime) -> ImapCursor:
    folder = mailbox.server.folder
    cursor = ImapCursor.objects.filter(channel_id=mailbox.channel_id, folder=folder).first()
    if cursor is None:
        facts = {"uid_validity": validity, **_beginning(client, mailbox, now)}
        cursor, _ = ImapCursor.objects.get_or_create(channel_id=mailbox.channel_id, folder=folder, defaults=facts)
    if cursor.uid_validity != validity:
        cursor.uid_validity, cursor.last_uid, cursor.acted_uid = validity, 0, 0
        cursor.judged_below = _next_uid(client, mailbox)
        cursor.save(update_fields=["uid_validity", "last_uid", "acted_uid", "judged_below"])
    return cursor


def _beginning(client: IMAPClient, mailbox: Mailbox, now: datetime) -> dict[str, Any]:
    """Where a mailbox is begun that was never fetched.

    Only what came since somebody entered the mailbox is wanted, or all. IMAP finds by the day only (RFC 9051 section
    6.4.4, SINCE): so the mails of that day are judged one by one by their time.
    """
    if mailbox.server.start != "new":
        return {"last_uid": 0, "acted_uid": 0, "started_at": now}
    end = _next_uid(client, mailbox)
    since = mailbox.server.since
    if since is None:
        return {"last_uid": end - 1, "acted_uid": end - 1, "started_at": now}
    since -= _CLOCK_DIFFERENCE
    found = client.search(["SINCE", (since - timedelta(days=1)).date()])
    begin = min(found, default=end) - 1
    return {"last_uid": begin, "acted_uid": begin, "judged_below": end, "started_at": since}


def _next_uid(client: IMAPClient, mailbox: Mailbox) -> int:
    return int(client.folder_status(mailbox.server.folder, ["UIDNEXT"])[b"UIDNEXT"])


def _affordable(client: IMAPClient, uids: list[int]) -> list[int]:
    """As many of the first ``uids`` as fit in memory together; at least one."""
    sizes = client.fetch(uids, ["RFC822.SIZE"])
    total = 0
    for number, uid in enumerate(uids):
        size = int(sizes.get(uid, {}).get(b"RFC822.SIZE", 0))
        total += min(size, settings.MESSAGE_LIMIT)
        if number and total > _BATCH_BYTES:
            return uids[:number]
    return uids


def _messages(client: IMAPClient, mailbox: Mailbox, uids: list[int]) -> dict[int, dict[bytes, Any]]:
    """Fetch without marking as read. Raises IMAPClientError when the server withholds one that is there."""
    facts = client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
    large = [uid for uid, fact in facts.items() if int(fact[b"RFC822.SIZE"]) > settings.MESSAGE_LIMIT]
    ordinary = [uid for uid in facts if uid not in large]
    for part, group in (("BODY.PEEK[]", ordinary), ("BODY.PEEK[HEADER]", large)):
        for uid, fetched in (client.fetch(group, [part]) if group else {}).items():
            facts.get(uid, {}).update(fetched)
    got = {uid for uid, fact in facts.items() if _body(fact) is not None}
    missing = [uid for uid in uids if uid not in got]
    if missing and client.search(["UID", ",".join(map(str, missing))]):
        raise IMAPClientError(f"the server did not give message {missing[0]}, although it is there")
    return {uid: facts[uid] for uid in got}


def _body(fact: dict[bytes, Any]) -> bytes | None:
    body = fact.get(b"BODY[]", fact.get(b"BODY[HEADER]"))
    return bytes(body) if body is not None else None


def _store(
    mailbox: Mailbox, cursor: ImapCursor, uids: list[int], found: dict[int, dict[bytes, Any]], now: datetime
) -> int:
    deliveries = [
        _delivery(mailbox, cursor, uid, found[uid])
        for uid in uids
        if uid in found and _is_wanted(mailbox, cursor, uid, found[uid])
    ]
    with transaction.atomic():
        keys = receive_all(deliveries=deliveries, now=now) if deliveries else []
        cursor.last_uid, cursor.fetched_at = uids[-1], now
        cursor.save(update_fields=["last_uid", "fetched_at"])
    return sum(key is not None for key in keys)


def _is_wanted(mailbox: Mailbox, cursor: ImapCursor, uid: int, fact: dict[bytes, Any]) -> bool:
    """When only new mail is wanted, what was there before is left out after a change of the UIDs too, by its date."""
    arrived = fact.get(b"INTERNALDATE")
    if mailbox.server.start == "all" or uid >= cursor.judged_below or not isinstance(arrived, datetime):
        return True
    return arrived >= cursor.started_at.replace(microsecond=0)


def _delivery(mailbox: Mailbox, cursor: ImapCursor, uid: int, fact: dict[bytes, Any]) -> Delivery:
    body = _body(fact) or b""
    envelope: dict[str, Any] = {
        "protocol": "imap",
        "folder": mailbox.server.folder,
        "uid": uid,
        "uid_validity": cursor.uid_validity,
    }
    if b"BODY[]" not in fact:
        envelope["left_out_bytes"] = int(fact[b"RFC822.SIZE"])
    place = f"{mailbox.server.folder}/{cursor.uid_validity}/{uid}"
    return Delivery(mailbox.channel_id, delivery_key(body, place=place), envelope, body)
