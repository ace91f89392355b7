"""The kinds of news, and how each reaches people who have not chosen. Other apps add theirs in ``apps.py``."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from collaboration.models import NotificationPreference

Delivery = NotificationPreference.Delivery


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of news. ``permission``: only who has it can get such news, and is asked how (empty: everybody)."""

    name: str
    label: Any
    usual: str = Delivery.EMAIL
    icon: str = "bell"
    permission: str = ""
    order: int = 100


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Add kinds; a second registration of one name replaces the first."""
    _kinds.update({kind.name: kind for kind in kinds})


def registered() -> list[Kind]:
    """Every kind, in the order of the page of preferences."""
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.name))


def kind_of(name: str) -> Kind:
    """Return a kind; one that nobody registered gets a plain look and goes to the page only."""
    return _kinds.get(name) or Kind(name, name, usual=Delivery.PAGE)


register(
    Kind(
        "mention", _("A colleague mentions me"), icon="at-sign", permission="conversations.view_conversation", order=10
    ),
    Kind("work.received", _("I take over a colleague's work"), icon="arrow-left-right", order=15),
    Kind(
        "conversation.released",
        _("A customer of somebody who left has written"),
        icon="circle-dashed",
        permission="conversations.view_conversation",
        order=16,
    ),
    Kind(
        "contract.changed",
        _("The contract of a neighbor on the blueprint changes"),
        icon="arrow-left-right",
        permission="operations.view_component",
        order=18,
    ),
    Kind("task.assigned", _("I am given a task"), icon="list-checks", order=20),
    Kind("task.overdue", _("A task is overdue"), icon="alarm-clock", order=21),
    Kind("task.done", _("A task that I gave is done"), usual=Delivery.PAGE, icon="check", order=22),
    Kind(
        "handoff.offered",
        _("Work is handed over to my department"),
        icon="arrow-left-right",
        permission="collaboration.change_handoff",
        order=30,
    ),
    Kind(
        "handoff.accepted",
        _("My handoff was taken"),
        usual=Delivery.PAGE,
        icon="check",
        permission="collaboration.add_handoff",
        order=31,
    ),
    Kind(
        "handoff.bounced",
        _("My handoff was sent back"),
        icon="undo-2",
        permission="collaboration.add_handoff",
        order=32,
    ),
    Kind(
        "approval.requested",
        _("Something waits for my approval"),
        icon="scale",
        permission="collaboration.decide_approval",
        order=40,
    ),
    Kind(
        "approval.overdue",
        _("An approval is overdue"),
        icon="alarm-clock",
        permission="collaboration.view_approvalrequest",
        order=41,
    ),
    Kind(
        "approval.decided",
        _("My request is decided or void"),
        icon="scale",
        permission="collaboration.view_approvalrequest",
        order=42,
    ),
    Kind(
        "data_request.filed",
        _("Somebody asks about their data"),
        icon="shield-check",
        permission="profiles.answer_datarequest",
        order=50,
    ),
    Kind(
        "data_request.due",
        _("A data request is due soon"),
        icon="alarm-clock",
        permission="profiles.answer_datarequest",
        order=51,
    ),
    Kind(
        "data_request.overdue",
        _("A data request is overdue"),
        icon="clock-alert",
        permission="profiles.answer_datarequest",
        order=52,
    ),
    Kind(
        "approval.comment",
        _("Somebody comments on a request"),
        usual=Delivery.PAGE,
        icon="message-square",
        permission="collaboration.view_approvalrequest",
        order=43,
    ),
)
