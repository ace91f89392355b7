"""What a newcomer needs to know: on the terminal, and for programs in var/demo.json."""

import json
from pathlib import Path
from typing import Any

from engagement.config.supervisor.keys import write_private
from engagement.config.supervisor.options import Options


def refresh_demo(path: Path, options: Options) -> dict[str, Any]:
    """Write today's address and port into demo.json (mode 0600) and give its content."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = {}
    demo = {**known, "url": options.base_url, "inbound_smtp_port": options.inbound_smtp_port}
    demo["phone_url"] = f"{options.base_url}/channels/phone/" if options.sms_stand_in_port else ""
    if demo != known:
        write_private(path, demo)
    return demo


def welcome(demo: dict[str, Any], options: Options, *, catcher: bool, path: Path) -> str:
    """The block that is printed when all is ready."""
    users = demo.get("users", [])
    wide = max((len(str(user["role"])) for user in users), default=0)
    long = max((len(str(user["email"])) for user in users), default=0)
    lines = ["", f"Vilarejo is ready: {options.base_url}/", ""]
    if users:
        lines += [
            "Sign in as",
            *(f"  {u['role']:<{wide}}  {u['email']:<{long}}  {u['password']}" for u in users),
            "",
        ]
    lines.append(
        f"Send an e-mail to {demo.get('inbound_address', 'the inbox')} "
        f"by SMTP at {options.local_host} port {options.inbound_smtp_port}."
    )
    if catcher:
        lines.append(f"What customers get is in the test mailbox: {options.base_url}/channels/mailbox/")
    if options.sms_stand_in_port and demo.get("sms_number"):
        lines.append(f"Texts to {demo['sms_number']} are written on the test phone: {demo['phone_url']}")
    lines += [f"All this is also in {path}. Ctrl-C ends everything.", ""]
    return "\n".join(lines)


def welcome_own(options: Options, *, link: str, catcher: bool) -> str:
    """The block for an installation of one's own: the set-up link, until somebody has an account."""
    lines = ["", f"Vilarejo is ready: {options.base_url}/", ""]
    if link:
        lines += ["Set up your organization in the browser (the link works once):", f"  {link}", ""]
    lines.append(f"Email is taken by SMTP at {options.local_host} port {options.inbound_smtp_port}.")
    if catcher:
        lines.append(f"No SMTP_URL is set: mail that goes out is kept at {options.base_url}/channels/mailbox/")
    lines += ["Ctrl-C ends everything.", ""]
    return "\n".join(lines)
