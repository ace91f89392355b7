"""When the pages answer."""

import asyncio
import contextlib
from urllib.parse import urlsplit


async def listens(host: str, port: int, *, seconds: float = 2.0) -> bool:
    """Whether somebody accepts connections there."""
    try:
        async with asyncio.timeout(seconds):
            _reader, writer = await asyncio.open_connection(host, port)
    except (TimeoutError, OSError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


async def ask(url: str, path: str, *, seconds: float = 5.0) -> tuple[int, str]:
    """GET a path: the status and the start of the body; status 0 and the reason when nobody answers."""
    address = urlsplit(url)
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
            try:
                host = address.netloc.encode()
                writer.write(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
                answer = await reader.read(4096)
                while len(answer) < 4096 and (piece := await reader.read(4096)):
                    answer += piece
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except TimeoutError:
        return 0, f"no answer in {seconds:.0f} s"
    except OSError as silent:
        return 0, silent.strerror or str(silent)
    head, _blank, body = answer.partition(b"\r\n\r\n")
    words = head.split(maxsplit=2)
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    return status, body.decode("utf-8", errors="replace").strip()
