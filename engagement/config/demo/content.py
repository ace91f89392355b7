"""The demo's texts: Otávio writes and asks, Helena decides; through the real actions, each at its own hour."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from collaboration.approvals import decide
from content.actions.drafting import begin_locale, write_draft
from content.actions.making import make
from content.actions.submitting import submit
from content.models import Template
from engagement.channels.models import Channel
from engagement.events.relay import run_pending
from engagement.village.models import User

HERE = Path(__file__).parent
AUTHOR, REVIEWER = "otavio.sampaio@pedralva.example", "helena.vasquez@pedralva.example"


def load(*, now: datetime) -> list[Template]:
    """Write every text of ``content.toml``. A text message is left out while no channel sends them."""
    story = tomllib.loads((HERE / "content.toml").read_text())
    frame = (HERE / "content.mjml").read_text()
    made = [_text(given, frame, now) for given in story["texts"]]
    return [template for template in made if template is not None]


def _text(given: dict[str, Any], frame: str, now: datetime) -> Template | None:
    channel = _channel(given)
    if channel is None:
        return None
    author = User.objects.get(email=AUTHOR)
    began = now - timedelta(hours=given["steps"][0]["ago_hours"] + 1)
    template = make(
        name=given["name"],
        kind=given["kind"],
        purpose=given["purpose"],
        source_locale=given["source_locale"],
        layout="blank",
        channel=channel,
        author=author,
        now=began,
    )
    for step in given["steps"]:
        _step(template, step, frame, author, now - timedelta(hours=step["ago_hours"]))
    return template


def _channel(given: dict[str, Any]) -> Channel | None:
    found = Channel.objects.filter(kind=given["kind"]).order_by("created_at", "key")
    return found.filter(address=given["channel"]).first() if "channel" in given else found.first()


def _step(template: Template, step: dict[str, Any], frame: str, author: User, at: datetime) -> None:
    """Write all languages, the source first; ask; let the reviewer decide the next hour."""
    for locale in sorted(step["words"], key=lambda each: each != template.source_locale):
        draft = begin_locale(template=template, locale=locale, author=author, now=at)
        write_draft(
            template=template,
            locale=locale,
            fields=_fields(step["words"][locale], frame),
            version=draft.version,
            author=author,
            now=at,
        )
    if step.get("draft"):
        return
    request = submit(template=template, author=author, comment=step["comment"], now=at + timedelta(minutes=2))
    run_pending(now=at)
    if "verdict" in step:
        decide(
            request_id=request.pk,
            reviewer=User.objects.get(email=REVIEWER),
            verdict=step["verdict"],
            reason=step.get("reason", ""),
            seen_hash=request.content_hash,
            now=at + timedelta(hours=1),
        )
        run_pending(now=at + timedelta(hours=1))


def _fields(words: Mapping[str, str], frame: str) -> dict[str, str]:
    """The words of a mail in Pedralva's frame; a text message is only its text."""
    if "text" in words:
        return {"text": words["text"]}
    for place, said in words.items():
        frame = frame.replace(f"[{place}]", said)
    return {"subject": words["subject"], "preheader": words["preheader"], "mjml": frame}
