"""What a column of a file can mean, and what its header says that it means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from engagement.profiles.models import AttributeDefinition, Identity
from engagement.profiles.models.consent import CHANNELS
from engagement.profiles.wording import plain
from engagement.ui.names import channel_look

PLAIN: dict[str, Any] = {
    "name": _("name"),
    "first_name": _("first name"),
    "last_name": _("last name"),
    "language": _("language"),
    "time_zone": _("time zone"),
    "country": _("country"),
    "place": _("place"),
    "lifecycle": _("relation to us"),
    "tags": _("tags"),
    "owner": _("owner, by their e-mail here"),
}
COMPANY: dict[str, Any] = {
    "name": _("name"),
    "domains": _("domains"),
    "parent": _("belongs to, by its name"),
    "owner": _("owner, by their e-mail here"),
    "country": _("country"),
}
ABOUT_CONSENT: dict[str, Any] = {
    "consent_at": _("when they agreed"),
    "consent_source": _("where they agreed"),
}
NOT_FROM_FILES = frozenset({Identity.Kind.VISITOR.value})  # a browser's own mark
_WORDS: dict[str, str] = {
    "identity:email": "email e-mail mail emailaddress endereco-de-email correio-eletronico e-mail-1 email-1 work-email",
    "identity:phone": "phone telefone celular fone mobile cell phonenumber mobilephone telefone-celular numero "
    "whatsapp tel telephone phone-1 numero-de-telefone",
    "identity:crm": "crm crm-id record-id contact-id id-do-crm codigo-do-cliente customer-id id-externo external-id",
    "identity:handle": "handle instagram twitter usuario username arroba",
    "name": "name nome fullname full-name nome-completo contact-name cliente customer contato contact",
    "first_name": "firstname first-name primeiro-nome given-name prenome",
    "last_name": "lastname last-name sobrenome surname family-name ultimo-nome",
    "language": "language idioma lingua preferred-language locale",
    "time_zone": "timezone time-zone fuso fuso-horario",
    "country": "country pais country-region",
    "place": "place city cidade local municipio localidade town",
    "lifecycle": "lifecycle lifecycle-stage relacao estagio stage situacao relation",
    "owner": "owner dono responsavel vendedor contact-owner owner-email",
    "tags": "tags tag etiquetas marcadores labels segmentos",
    "consent:email": "consent consentimento opt-in optin newsletter aceita-email marketing email-opt-in aceite "
    "quer-receber-e-mails subscribed inscrito aceita-e-mail",
    "consent:sms": "sms-opt-in aceita-sms sms",
    "consent:whatsapp": "whatsapp-opt-in aceita-whatsapp",
    "consent_at": "consent-date data-do-consentimento optin-date opt-in-date subscribed-at data-de-inscricao",
    "consent_source": "consent-source origem-do-consentimento source origem optin-source",
}
_COMPANY_WORDS: dict[str, str] = {
    "name": "name nome company empresa company-name nome-da-empresa razao-social nome-fantasia organisation "
    "organization organizacao account account-name conta cliente",
    "domains": "domain domains dominio dominios site website url company-domain-name web pagina",
    "parent": "parent parent-company parent-account matriz grupo holding pertence-a belongs-to empresa-mae "
    "controladora",
    "owner": _WORDS["owner"] + " company-owner account-owner",
    "country": _WORDS["country"],
}
GUESSES_OF_COMPANIES = {word: target for target, words in _COMPANY_WORDS.items() for word in words.split()}
GUESSES = {word: target for target, words in _WORDS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class Target:
    """One meaning of a column. ``group`` heads it in the list."""

    code: str
    label: Any
    group: Any


def kinds() -> dict[str, Any]:
    """Return the kinds of address that a file may bring, with their names."""
    return {kind.value: kind.label for kind in Identity.Kind if kind.value not in NOT_FROM_FILES}


def targets(definitions: Sequence[AttributeDefinition], kind: str = "people") -> list[Target]:
    """Return everything that a column can mean, in the order in which it is offered."""
    if kind == "companies":
        return [Target(code, label, _("Company")) for code, label in COMPANY.items()]
    found = [Target(f"identity:{kind}", label, _("Addresses")) for kind, label in kinds().items()]
    found += [Target(code, label, _("Facts")) for code, label in PLAIN.items()]
    found += [Target(f"attribute:{one.slug}", str(one), _("Attributes")) for one in definitions]
    for channel in CHANNELS:
        label = _("agrees to marketing by %(channel)s") % {"channel": channel_look(channel).label}
        found.append(Target(f"consent:{channel}", label, _("Consent")))
    return [*found, *(Target(code, label, _("Consent")) for code, label in ABOUT_CONSENT.items())]


def guesses(headers: Sequence[str], definitions: Sequence[AttributeDefinition], kind: str = "people") -> list[str]:
    """Return what each column probably means, "" where nothing says so. Only addresses are guessed twice."""
    known = {target.code for target in targets(definitions, kind)}
    words = GUESSES_OF_COMPANIES if kind == "companies" else GUESSES
    own = {}
    for one in definitions if kind == "people" else ():
        for word in (one.slug, one.label, one.label_pt):
            own[_word(word)] = f"attribute:{one.slug}"
    taken: set[str] = set()
    found = []
    for header in headers:
        word = _word(header)
        target = own.get(word) or words.get(word) or words.get(word.replace("-", "")) or ""
        if target not in known or (target in taken and not target.startswith("identity:")):
            target = ""
        taken.add(target)
        found.append(target)
    return found


def _word(header: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", plain(header)).strip("-")
