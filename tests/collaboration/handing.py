"""A village in which customer care hands over to finance."""

from types import SimpleNamespace

from guardian.shortcuts import assign_perm

from conversations.actions.hand_over import hand_over
from engagement.village.models import Department
from tests.factories import NOW, make_channel, make_conversation, make_queue
from tests.village.people import person


def village() -> SimpleNamespace:
    """Care with Caio, finance with Graça and Hugo; one conversation that waits in care."""
    care = Department.objects.get(slug="customer-care")
    finance = Department.objects.get(slug="finance")
    channel = make_channel("care@pedralva.example")
    desk = make_queue("desk", name="Front desk", name_pt="Balcão", channels=(channel,), department=care)
    bills = make_queue("bills", name="Bills", name_pt="Contas", department=finance)
    caio = person("agent", email="caio@pedralva.example", name="Caio Brandt")
    graca = person("agent", email="graca@pedralva.example", name="Graça Okafor", language="pt-br")
    hugo = person("agent", email="hugo@pedralva.example", name="Hugo Lessa")
    caio.departments.set([care])
    for one in (graca, hugo):
        one.departments.set([finance])
        assign_perm("conversations.work_queue", one, bills)
    assign_perm("conversations.work_queue", caio, desk)
    talk = make_conversation(channel, title="Charged twice")
    return SimpleNamespace(
        care=care,
        finance=finance,
        desk=desk,
        bills=bills,
        caio=caio,
        graca=graca,
        hugo=hugo,
        talk=talk,
        channel=channel,
    )


def offered(place: SimpleNamespace, now=NOW, summary: str = "Charged twice, wants 40 back", *, again: bool = False):
    """Caio's offer to finance."""
    return hand_over(
        conversation=place.talk, queue=place.bills, summary=summary, actor=place.caio, now=now, again=again
    )
