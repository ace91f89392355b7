"""The embedded Valkey: real processes in a temporary directory."""

import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import kombu
import pytest
import redis
from channels_redis.pubsub import RedisPubSubChannelLayer

from engagement.config.embedded import valkey
from engagement.config.embedded.lock import FolderBusy
from engagement.config.embedded.valkey import ValkeyServer


@pytest.fixture
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="vilarejo-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def server(place: Path) -> Iterator[ValkeyServer]:
    started = valkey.start(place / "valkey", elsewhere=place / "elsewhere")
    yield started
    started.stop()


def test_nobody_gets_in_without_the_password(server):
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=server.port).ping()
    assert redis.Redis.from_url(server.url).ping() is True


def test_password_is_in_files_of_mode_0600_and_not_on_the_command_line(server, place):
    for name in ("password", "valkey.conf"):
        assert (place / "valkey" / name).stat().st_mode & 0o777 == 0o600
    password = (place / "valkey" / "password").read_text()
    assert password not in Path(f"/proc/{server.process.pid}/cmdline").read_text()


def test_it_listens_on_loopback_only(server):
    assert redis.Redis.from_url(server.url).config_get("bind") == {"bind": "127.0.0.1"}


def test_what_was_written_survives_kill_9(server):
    client = redis.Redis.from_url(f"{server.url}/5")
    client.set("kept", "yes")
    client.execute_command("WAITAOF", 1, 0, 2000)  # until the append-only file is on disk
    port = server.port
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    server.restart()
    assert server.port == port
    assert redis.Redis.from_url(f"{server.url}/5").get("kept") == b"yes"


def test_password_stays_the_same_from_start_to_start(server):
    before = server.url.rpartition("@")[0]
    server.stop()
    server.start()
    assert server.url.rpartition("@")[0] == before


def test_port_that_was_taken_meanwhile_is_replaced(server):
    server.stop()
    with socket.socket() as other:
        other.bind(("127.0.0.1", server.port))
        other.listen(1)
        server.start()
        assert server.port != other.getsockname()[1]
        assert redis.Redis.from_url(server.url).ping() is True


def test_second_start_in_the_same_directory_is_refused(server, place):
    with pytest.raises(FolderBusy, match="already running in this folder"):
        valkey.start(place / "valkey", elsewhere=place / "elsewhere")


def test_celery_broker_connects_with_the_url(server):
    with kombu.Connection(f"{server.url}/1") as connection:
        queue = connection.SimpleQueue("probe")
        queue.put({"answer": 42})
        message = queue.get(timeout=5)
        assert message.payload == {"answer": 42}
        message.ack()
        queue.close()


async def test_channel_layer_connects_with_the_url(server):
    layer = RedisPubSubChannelLayer(hosts=[f"{server.url}/2"])
    channel = await layer.new_channel()
    await layer.group_add("room", channel)
    await layer.group_send("room", {"type": "hello"})
    assert await layer.receive(channel) == {"type": "hello"}
    await layer.flush()
