"""Pedralva's blueprint in its third month: what runs, what is planned, one broken link, and what departments need."""

from datetime import datetime, timedelta
from typing import Any

from engagement.operations.actions.blueprint import (
    change_component,
    change_link,
    create_link,
    save_version,
    start_from_reference,
)
from engagement.operations.actions.comment import add_comment
from engagement.operations.actions.requirement import create_requirement
from engagement.operations.models import Component, Link, ValueEntry
from engagement.operations.object_grants import grant_component
from engagement.village.models import Department, User

# Component: whose it is, the department, what it promises to its neighbors, for which day it is planned (in days).
_FACTS: dict[str, tuple[str, str, str, int | None]] = {
    "Inbox": ("tereza.lobato", "customer-care", "Events of conversations within 5 s; the API of version 1.", None),
    "Campaigns": ("bruna.koch", "marketing", "", None),
    "Community": ("pilar.quiroga", "product", "", None),
    "Content studio": ("otavio.sampaio", "marketing", "", None),
    "Unified profile": ("rui.takahashi", "research", "One profile for each person; merges are announced.", None),
    "Consent ledger": ("helena.vasquez", "legal", "", None),
    "Delivery policy": ("rui.takahashi", "legal", "", None),
    "WhatsApp": ("lucia.adebayo", "customer-care", "Cloud API v23, webhook signed.", 36),
    "Web chat": ("lucia.adebayo", "customer-care", "", 50),
    "Voice": ("lucia.adebayo", "sales", "", 46),
    "CRM": ("ambrosio.falcao", "sales", "HubSpot, contacts and stages every 15 minutes.", 20),
    "Shop": ("lucia.adebayo", "e-commerce", "WooCommerce webhooks: orders, carts.", 60),
    "ERP": ("ambrosio.falcao", "finance", "Odoo, invoices each night.", 46),
}
_GRANTED = ("WhatsApp", "Web chat", "Voice")
_NEEDS = (
    (
        "SMS with email fallback for service reminders",
        "Whose phone is off still learns that the bicycle is due for its service.",
        "marketing",
        "must",
        "sms-with-email-fallback",
        ("Delivery policy", "Campaigns"),
        "lucia.adebayo",
    ),
    (
        "Order status in WhatsApp",
        "Customers ask where their bicycle is; two of five write by WhatsApp.",
        "customer-care",
        "must",
        "",
        ("WhatsApp", "Shop"),
        "lucia.adebayo",
    ),
    (
        "Open invoices beside a conversation",
        "Finance is asked by care three times a day whether something is paid.",
        "finance",
        "should",
        "",
        ("ERP",),
        "ambrosio.falcao",
    ),
    ("Callbacks within 30 minutes", "Who asks for a call buys within the hour or not.", "sales", "should", "", (), ""),
    (
        "Public answers to questions about products",
        "One good answer serves everyone who asks the same.",
        "product",
        "could",
        "community",
        ("Community",),
        "pilar.quiroga",
    ),
)


def load(*, now: datetime) -> None:
    """Draw the blueprint, grant a builder what is hers, write the requirements."""
    people = {user.email.partition("@")[0]: user for user in User.objects.all()}
    departments = {department.slug: department for department in Department.objects.all()}
    architect = people["rui.takahashi"]
    begun = now - timedelta(days=70)
    start_from_reference(actor=architect, now=begun)
    parts = {component.name: component for component in Component.objects.current()}
    for name, (owner, department, contract, days) in _FACTS.items():
        values: dict[str, Any] = {
            "owner": people[owner],
            "department": departments.get(department),
            "contract": contract,
        }
        if days is not None:
            values["planned_for"] = (now + timedelta(days=days)).date()
        parts[name] = change_component(
            component=parts[name], values=values, actor=architect, now=begun + timedelta(hours=1)
        )
    for channel in parts.values():
        if channel.source.startswith("channel:"):
            change_component(component=channel, values={"owner": people["lucia.adebayo"]}, actor=architect, now=begun)
            grant_component(component=channel, person=people["lucia.adebayo"], actor=architect, now=begun)
    save_version(name="Start", actor=architect, now=begun + timedelta(days=1))
    for name in _GRANTED:
        grant_component(component=parts[name], person=people["lucia.adebayo"], actor=architect, now=begun)
    _break_a_link(parts, people, now)
    _write_needs(parts, departments, people, now)


def _break_a_link(parts: dict[str, Component], people: dict[str, User], now: datetime) -> None:
    """Somebody said that invoices flow already; the ERP is only planned."""
    invoices = create_link(
        values={
            "origin": parts["ERP"],
            "target": parts["Inbox"],
            "flow": "invoices beside a conversation",
            "protocol": "file each night",
            "status": Component.Status.PLANNED,
            "owner": people["ambrosio.falcao"],
        },
        actor=people["rui.takahashi"],
        now=now - timedelta(days=30),
    )
    change_link(
        link=Link.objects.get(pk=invoices.pk),
        values={"status": Component.Status.IN_USE},
        actor=people["rui.takahashi"],
        now=now - timedelta(days=2),
    )
    add_comment(
        subject=parts["ERP"],
        text="The sandbox still wants a user with rights on invoices. Until then nothing arrives.",
        author=people["ambrosio.falcao"],
        now=now - timedelta(days=1),
    )


def _write_needs(
    parts: dict[str, Component], departments: dict[str, Department], people: dict[str, User], now: datetime
) -> None:
    case = ValueEntry.objects.filter(name="Service bookings from campaigns").values_list("case", flat=True).first()
    for number, (title, need, department, priority, capability, components, owner) in enumerate(_NEEDS):
        create_requirement(
            values={
                "title": title,
                "need": need,
                "department": departments.get(department),
                "priority": priority,
                "capability": capability,
                "value_case": case if capability == "sms-with-email-fallback" else None,
                "owner": people.get(owner),
            },
            components=[parts[name] for name in components],
            actor=people["bruna.koch"],
            now=now - timedelta(days=60 - number),
        )
