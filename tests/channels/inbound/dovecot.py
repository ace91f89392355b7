"""A real Dovecot over a temporary directory, for as long as a test runs."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from imapclient import IMAPClient

from tests.channels.authority import Authority

USER, PASSWORD = "care", "open-sesame"
_CONFIGURATION = """
base_dir = {place}/run
state_dir = {place}/run
log_path = {place}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{place}/mail/%u
mailbox_list_index = no
imap_capability = {capability}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={place}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A server with one mailbox; any user name and PASSWORD open it."""

    port: int
    place: Path
    tls_port: int = 0

    def client(self) -> IMAPClient:
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10)
        client.login(USER, PASSWORD)
        return client

    def deliver(self, *bodies: bytes, folder: str = "INBOX") -> None:
        client = self.client()
        for body in bodies:
            client.append(folder, body)
        client.logout()

    def flags(self, folder: str = "INBOX") -> dict[int, tuple[bytes, ...]]:
        client = self.client()
        client.select_folder(folder, readonly=True)
        found = client.get_flags(client.search())
        client.logout()
        return found


@contextmanager
def dovecot(*, capability: str = "", authority: Authority | None = None) -> Iterator[Dovecot]:
    """Start one; skip when the machine has none. ``capability`` replaces what it offers after sign-in; with an
    ``authority`` it speaks TLS too, by STARTTLS and from the start.
    """
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("dovecot is not installed (Debian: dovecot-imapd)")
    place = Path(tempfile.mkdtemp(prefix="vilarejo-dovecot-"))
    place.chmod(0o755)
    port, tls_port = free_port(), free_port() if authority else 0
    if authority:
        authority.write_certificate(place)
    configuration = place / "dovecot.conf"
    configuration.write_text(_written(place, port, capability, tls_port))
    process = subprocess.Popen([program, "-F", "-c", str(configuration)], stderr=subprocess.PIPE)
    try:
        _wait(process, port, place)
        yield Dovecot(port, place, tls_port)
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(place, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _written(place: Path, port: int, capability: str, tls_port: int) -> str:
    root = os.geteuid() == 0
    owner = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
    me = pwd.getpwuid(os.geteuid()).pw_name
    mail = place / "mail"
    mail.mkdir()
    os.chown(mail, owner.pw_uid, owner.pw_gid)
    return _CONFIGURATION.format(
        place=place,
        internal="dovecot" if root else me,
        internal_group="dovecot" if root else pwd.getpwuid(os.geteuid()).pw_name,
        login="dovenull" if root else me,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        password=PASSWORD,
        port=port,
        tls_port=tls_port,
        ssl="yes" if tls_port else "no",
        certificate=f"ssl_cert = <{place}/server.pem\nssl_key = <{place}/server.key" if tls_port else "",
        capability=capability,
    )


def _wait(process: subprocess.Popen, port: int, place: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
                if line.recv(4) == b"* OK":
                    return
        except OSError:
            time.sleep(0.05)
    log = (place / "log").read_text() if (place / "log").exists() else ""
    process.kill()
    raise RuntimeError(f"dovecot did not start: {process.stderr.read().decode()} {log}")
