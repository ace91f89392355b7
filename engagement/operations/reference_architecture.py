"""The reference architecture to start a blueprint from: customer first, from the channels to the back office."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from engagement.operations.models.blueprint import Component, Layer

Kind = Component.Kind


@dataclass(frozen=True, slots=True)
class ReferenceComponent:
    """A component of the reference. ``source``: what of this installation it is, where it is a part of it."""

    slug: str
    name: Any
    layer: Layer
    kind: Kind
    description: Any
    source: str = ""


COMPONENTS = (
    ReferenceComponent(
        "webchat", _("Web chat"), Layer.CHANNELS, Kind.CHANNEL, _("Visitors of the site talk to an agent.")
    ),
    ReferenceComponent(
        "whatsapp", _("WhatsApp"), Layer.CHANNELS, Kind.CHANNEL, _("Messages within the 24-hour window, and templates.")
    ),
    ReferenceComponent("voice", _("Voice"), Layer.CHANNELS, Kind.CHANNEL, _("Calls in, calls back, and their notes.")),
    ReferenceComponent(
        "social", _("Social media"), Layer.CHANNELS, Kind.CHANNEL, _("Direct messages and public mentions.")
    ),
    ReferenceComponent(
        "inbox",
        _("Inbox"),
        Layer.ENGAGEMENT,
        Kind.INTERNAL,
        _("Every conversation, with queues, deadlines and owners."),
        "app:inbox",
    ),
    ReferenceComponent(
        "campaigns",
        _("Campaigns"),
        Layer.ENGAGEMENT,
        Kind.INTERNAL,
        _("Approved messages to a segment, over the channel that fits."),
        "app:campaigns",
    ),
    ReferenceComponent(
        "community",
        _("Community"),
        Layer.ENGAGEMENT,
        Kind.INTERNAL,
        _("Public questions, answers and ideas, moderated."),
        "app:community",
    ),
    ReferenceComponent(
        "content",
        _("Content studio"),
        Layer.ENGAGEMENT,
        Kind.INTERNAL,
        _("Templates with their revisions and approvals."),
        "app:content",
    ),
    ReferenceComponent(
        "profile",
        _("Unified profile"),
        Layer.PROFILE,
        Kind.DATA_STORE,
        _("One person, all addresses, the whole history."),
        "app:profiles",
    ),
    ReferenceComponent(
        "consent",
        _("Consent ledger"),
        Layer.PROFILE,
        Kind.DATA_STORE,
        _("Who agreed to what, when, and by which channel."),
        "app:consent",
    ),
    ReferenceComponent(
        "policy",
        _("Delivery policy"),
        Layer.PROFILE,
        Kind.INTERNAL,
        _("Frequency caps, quiet hours, suppressions and deals."),
        "app:delivery_policy",
    ),
    ReferenceComponent("crm", _("CRM"), Layer.CONNECTORS, Kind.SAAS, _("Contacts and deals of sales, both ways.")),
    ReferenceComponent("shop", _("Shop"), Layer.CONNECTORS, Kind.SAAS, _("Orders, carts and deliveries.")),
    ReferenceComponent(
        "cms", _("Website (CMS)"), Layer.CONNECTORS, Kind.SAAS, _("Pages and forms of the public site.")
    ),
    ReferenceComponent("erp", _("ERP"), Layer.BACK_OFFICE, Kind.INTERNAL, _("Invoices, stock and payments.")),
    ReferenceComponent(
        "warehouse", _("Data warehouse"), Layer.BACK_OFFICE, Kind.DATA_STORE, _("Figures of all systems, for reports.")
    ),
)
LINKS = (
    ("webchat", "inbox", _("messages")),
    ("whatsapp", "inbox", _("messages")),
    ("voice", "inbox", _("calls and notes")),
    ("social", "inbox", _("messages and mentions")),
    ("inbox", "profile", _("identities and history")),
    ("inbox", "policy", _("replies to send")),
    ("community", "profile", _("members and their posts")),
    ("campaigns", "consent", _("who may be written to")),
    ("campaigns", "policy", _("messages to send")),
    ("content", "campaigns", _("approved revisions")),
    ("profile", "crm", _("contacts, deals and stages")),
    ("profile", "shop", _("orders and carts")),
    ("consent", "cms", _("sign-ups and preferences")),
    ("crm", "erp", _("customers and invoices")),
    ("shop", "erp", _("orders and payments")),
    ("profile", "warehouse", _("figures")),
)
