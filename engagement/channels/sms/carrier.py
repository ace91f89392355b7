"""The one pooled HTTP client of a process that talks to providers of texts."""

import os
import ssl
import threading
from collections.abc import Iterable, Mapping
from typing import Any

import httpcore
import httpx
from django.conf import settings

from engagement.channels import outgoing_guard
from engagement.channels.adapters import Accepted, Handover, LeaseLost, NotNow, Outcome, Refused, Unknown, Unreachable
from engagement.channels.sms.account import Account
from engagement.channels.sms.codes import OURS

_CONNECTIONS = 20
_NEVER_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)


class _Guarded(httpcore.SyncBackend):
    """Connects to the very addresses that were judged (see ``outgoing_guard``)."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = outgoing_guard.resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _GuardedTransport(httpx.HTTPTransport):
    def __init__(self) -> None:
        super().__init__()
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), max_connections=_CONNECTIONS, network_backend=_Guarded()
        )


class Carrier:
    """For threads; a forked child begins with clients of its own. Redirects are not followed: a provider has none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: dict[tuple[int, bool], httpx.Client] = {}

    def send(self, account: Account, form: Mapping[str, str], handover: Handover) -> Outcome:
        """Give one message to the provider; raises nothing that the network causes."""
        client = self._client(guarded=account.guarded)
        if not handover.begin():
            return LeaseLost()
        handover.observe("sending")
        try:
            answer = client.post(account.messages_url, data=dict(form), auth=(account.sid, account.token))
        except (*_NEVER_CONNECTED, httpx.InvalidURL) as error:
            return Unreachable(explained(error))
        except httpx.HTTPError as error:
            return Unknown(explained(error))
        handover.observe("answered")
        return outcome_of(answer)

    def ask(self, account: Account) -> str:
        """Return what the provider objects to this account, empty when it lets us in."""
        try:
            answer = self._client(guarded=account.guarded).get(account.url, auth=(account.sid, account.token))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return explained(error)
        return "" if answer.is_success else _said(answer)

    def webhooks_of(self, account: Account, number: str) -> list[str] | None:
        """Return where the provider brings messages to ``number`` (Twilio, "IncomingPhoneNumbers resource"): empty when
        the account has no such number, None when the provider does not tell.
        """
        try:
            client = self._client(guarded=account.guarded)
            answer = client.get(account.numbers_url, params={"PhoneNumber": number}, auth=(account.sid, account.token))
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        found = _json(answer).get("incoming_phone_numbers") if answer.is_success else None
        if not isinstance(found, list):
            return None
        own = [one for one in found if isinstance(one, dict) and one.get("phone_number") == number]
        return [str(one.get("sms_url") or "") for one in own[:10]]

    def close(self) -> None:
        """Hang up everywhere."""
        with self._lock:
            clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            client.close()

    def _client(self, *, guarded: bool) -> httpx.Client:
        key = (os.getpid(), guarded)
        with self._lock:
            if key not in self._clients:
                limits = httpx.Limits(max_connections=_CONNECTIONS, keepalive_expiry=5.0)
                transport = _GuardedTransport() if guarded else httpx.HTTPTransport(limits=limits)
                timeout = httpx.Timeout(settings.SMS_TIMEOUT, connect=min(5.0, settings.SMS_TIMEOUT))
                self._clients[key] = httpx.Client(transport=transport, timeout=timeout, trust_env=False)
            return self._clients[key]


def outcome_of(answer: httpx.Response) -> Outcome:
    """Translate an answer (Twilio, "Twilio API responses").

    429 and 503 say that the request was not looked at. After any other 5xx nobody can tell. An account that is not
    let in (401, 403, 404) is the channel's trouble, not the message's: messages wait until it is mended.
    """
    status, said = answer.status_code, _said(answer)
    if answer.is_success:
        return Accepted(reply=said, external_id=str(_json(answer).get("sid") or "")[:400])
    if status in (429, 503):
        return NotNow("carrier_later", said)
    if status >= 500:
        return Unknown(said)
    if status in (401, 403, 404):
        return Unreachable(said)
    code = _json(answer).get("code")
    return Refused(OURS.get(code if isinstance(code, int) else 0, "provider_refused"), said, answered=True)


def explained(error: Exception) -> str:
    """Say in one line what went wrong with the connection."""
    return f"{type(error).__name__}: {error}".rstrip(": ")[:500]


def _said(answer: httpx.Response) -> str:
    found = _json(answer)
    words = f"{found.get('code', '')}: {found['message']}".lstrip(": ") if found.get("message") else ""
    return words[:1000] or f"HTTP {answer.status_code} {found.get('status', '')}".rstrip()


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


CARRIER = Carrier()
