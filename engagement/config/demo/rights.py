"""Three people of Pedralva asked about their data: one is due tomorrow, one has its file, one waits for a court."""

from datetime import datetime, timedelta
from typing import Any

from engagement.events.relay import run_pending
from engagement.profiles.actions import resolve
from engagement.profiles.models import DataRequest
from engagement.profiles.rights import answering, disclosing, holding_back
from engagement.profiles.rights.deadlines import due_at, law_of
from engagement.profiles.rights.filing import file_request
from engagement.village.models import User

DUE_TOMORROW, ANSWERED, HELD = "jussara@aldeia.example", "ines.jardim@tmail.example", "einkauf@cyclenord.example"


def load(*, now: datetime) -> None:
    """Make them, after all that they hold is there. Call inside the transaction of the whole load."""
    counselor = User.objects.get(email="helena.vasquez@pedralva.example")
    _due_tomorrow(now)
    _answered(counselor, now)
    _held(counselor, now)
    run_pending(now=now)


def _file(address: str, *, received_at: datetime, at: datetime, **facts: Any) -> DataRequest:
    agent = User.objects.filter(groups__role__slug="agent").order_by("key").first()
    profile_id = resolve(kind="email", address=address, now=at).profile_id
    return file_request(profile_id=profile_id, received_at=received_at, actor=agent, now=at, **facts)


def _due_tomorrow(now: datetime) -> None:
    profile = resolve(kind="email", address=DUE_TOMORROW, now=now).profile
    allowed = due_at(law_of(profile), now) - now
    came = now + timedelta(days=1) - allowed
    words = "Quero saber tudo o que vocês guardam sobre mim e sobre a escola, em um arquivo."
    _file(DUE_TOMORROW, received_at=came, at=came + timedelta(hours=2), kind="access", via="letter", words=words)


def _answered(counselor: User, now: datetime) -> None:
    came, made = now - timedelta(days=9), now - timedelta(days=6)
    words = "Me mandem uma cópia dos meus dados, por favor."
    request = _file(ANSWERED, received_at=came, at=came, kind="access", via="email", words=words)
    act: dict[str, Any] = {"request_id": request.pk, "actor": counselor}
    answering.verify(how="Respondeu do endereço confirmado", now=came + timedelta(days=1), **act)
    disclosure = disclosing.ask(now=made, **act)
    disclosing.make(key=disclosure.pk, now=made)
    answering.answer(text="Seu arquivo está no link que enviamos; ele vale por duas semanas.", now=made, **act)


def _held(counselor: User, now: datetime) -> None:
    came = now - timedelta(days=4)
    words = "Please delete everything you have about me. I do not buy for Cycle Nord any more."
    why = {"law": "gdpr", "law_reason": "The buyer lives in Aarhus."}
    request = _file(HELD, received_at=came, at=came, kind="erasure", via="email", words=words, **why)
    holding_back.hold(
        profile_id=request.profile_id,
        reason="Invoice 2026-311 is disputed; the court in Aarhus may ask for the mails.",
        ends_at=now + timedelta(days=120),
        actor=counselor,
        now=came + timedelta(days=1),
    )
