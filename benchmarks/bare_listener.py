"""The reference of ``inbound_accept``: the same SMTP library, answering 250 and storing nothing."""

import asyncio
import logging
from typing import Any

from aiosmtpd.smtp import SMTP


class Nothing:
    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        return "250 OK"


async def serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Nothing(), hostname="bare", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0
    )
    print(f"Listening for mail on port {server.sockets[0].getsockname()[1]}.", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    asyncio.run(serve())
