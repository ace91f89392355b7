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
    "middle_name": _("middle name"),
    "last_name": _("last name"),
    "area_code": _("area code (DDD)"),
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
REPEATED = ("identity:", "optout:")  # what several columns may say
ALL_CHANNELS = "all"  # the opt-out of every channel
NOT_FROM_FILES = frozenset({Identity.Kind.VISITOR.value})  # a browser's own mark
# Headers as the exports of address books and of other products write them: Google Contacts, Outlook (English,
# Portuguese, German), HubSpot, Mailchimp, Brevo, and lists that people keep. A number inside ("E-mail 2 - Value",
# "Telefone celular 2") is left out before they are compared.
_WORDS: dict[str, str] = {
    "identity:email": (
        "email e-mail mail emailaddress email-address e-mail-address endereco-de-email endereco-de-e-mail "
        "endereco-email correio-eletronico work-email personal-email e-mail-value email-value e-mail-valor "
        "email-home-value e-mail-adresse emailadresse mailadresse correo correo-electronico "
        "direccion-de-correo direccion-de-correo-electronico email-principal e-mail-principal courriel "
        "adresse-e-mail adresse-mail additional-email-addresses secondary-email email-secundario "
        "e-mail-privat e-mail-geschaeftlich e-mail-pessoal e-mail-comercial email-pessoal email-comercial "
        "e-mail-do-cliente email-do-cliente contact-email email-1 email-2 mail-adresse"
    ),
    "identity:phone": (
        "phone telefone celular fone mobile cell phonenumber phone-number mobilephone mobile-phone "
        "mobile-phone-number mobile-number cell-phone telefone-celular numero numero-de-celular whatsapp tel "
        "telephone numero-de-telefone numero-do-celular phone-value telefone-valor telefone-comercial "
        "telefone-residencial telefone-principal telefone-pessoal telefone-do-trabalho telefone-da-empresa "
        "outro-telefone business-phone sms home-phone primary-phone other-phone company-main-phone work-phone "
        "handy handynummer telefon telefonnummer mobil mobiltelefon mobilnummer rufnummer "
        "telefon-geschaeftlich telefon-geschaftlich telefon-privat movil telefono telefono-movil "
        "numero-de-telefono numero-de-movil telefono-celular telefono-del-trabajo telephone-mobile portable "
        "sms-number whatsapp-number whatsapp-phone-number numero-whatsapp celular-whatsapp whatsapp-celular "
        "contact-phone ddd-telefone telemovel sms-telefone numero-do-whatsapp numero-de-whatsapp "
        "whatsapp-numero fone-celular landline-number landline celular-principal tel-celular celular-telefone "
        "telefone-whatsapp festnetz telefon-mobil mailing-phone"
    ),
    "identity:crm": (
        "crm crm-id record-id contact-id id-do-crm codigo-do-cliente customer-id id-externo external-id "
        "id-de-registro kundennummer ext-id leid"
    ),
    "identity:handle": "handle instagram twitter usuario username arroba",
    "name": (
        "name nome fullname full-name nome-completo contact-name cliente customer contato contact "
        "display-name nombre-completo nombre-y-apellidos vollstandiger-name vollstaendiger-name kunde "
        "nome-do-cliente nome-e-sobrenome file-as nome-de-exibicao nom-complet nome-contato nome-do-contato "
        "nome-do-aluno nome-do-paciente customer-name nombre-del-cliente kundenname nom-et-prenom"
    ),
    "first_name": (
        "firstname first-name primeiro-nome given-name prenome vorname nombre prenom fname first name-given "
        "nome-proprio nombres primer-nombre"
    ),
    "middle_name": (
        "middle-name segundo-nome nome-do-meio zweiter-vorname segundo-nombre deuxieme-prenom middle additional-name"
    ),
    "last_name": (
        "lastname last-name sobrenome surname family-name ultimo-nome nachname familienname apellido "
        "apellidos nom lname last zuname sobrenomes"
    ),
    "area_code": "ddd area-code codigo-de-area vorwahl indicativo prefijo ddd-celular ddd-telefone-1",
    "language": "language idioma lingua preferred-language locale sprache langue language-code bevorzugte-sprache",
    "time_zone": "timezone time-zone fuso fuso-horario zona-horaria zeitzone",
    "country": (
        "country pais country-region pais-regiao land staat country-code pays address-country "
        "home-country-region business-country-region home-country business-country pais-regiao-residencial "
        "pais-residencial pais-comercial pais-regiao-comercial land-region land-region-privat "
        "land-region-geschaeftlich cc ip-country codigo-do-pais endereco-pais mailing-country "
        "mailing-country-region shipping-country billing-country default-address-country-code"
    ),
    "place": (
        "place city cidade local municipio localidade town ort stadt wohnort ciudad poblacion ville "
        "address-city home-city business-city cidade-residencial cidade-comercial ort-privat "
        "ort-geschaeftlich endereco-cidade commune mailing-city cidade-uf cidade-estado shipping-city "
        "billing-city municipio-uf default-address-city"
    ),
    "lifecycle": "lifecycle lifecycle-stage relacao estagio stage situacao relation",
    "owner": "owner dono responsavel vendedor contact-owner owner-email proprietario-do-contato",
    "tags": (
        "tags tag etiquetas marcadores labels segmentos group-membership categories categorias kategorien "
        "gruppen grupos etiketten schlagworte etiqueta marcador schlagwort"
    ),
    "consent:email": (
        "consent consentimento opt-in optin newsletter aceita-email marketing email-opt-in aceite "
        "quer-receber-e-mails subscribed inscrito aceita-e-mail einwilligung consentimiento acepta-correo "
        "consentement email-marketing recebe-newsletter aceita-newsletter aceita-receber-e-mails "
        "accepts-email-marketing accepts-marketing acepta-publicidad acepta-marketing acepta-newsletter "
        "acepta-correos aceita-marketing aceita-receber-novidades email-marketing-consent "
        "newsletter-anmeldung werbeeinwilligung subscribed-to-newsletter"
    ),
    "consent:sms": (
        "sms-opt-in aceita-sms sms-einwilligung acepta-sms aceita-receber-sms accepts-sms-marketing "
        "sms-marketing sms-marketing-consent acepta-sms-publicidad"
    ),
    "consent:whatsapp": "whatsapp-opt-in aceita-whatsapp",
    "consent_at": (
        "consent-date data-do-consentimento optin-date opt-in-date subscribed-at data-de-inscricao optin-time "
        "opt-in-time confirm-time data-do-opt-in datum-der-einwilligung fecha-de-consentimiento "
        "data-do-aceite data-de-consentimento einwilligung-am einwilligungsdatum datum-einwilligung "
        "fecha-consentimiento fecha-de-suscripcion aceite-em data-aceite "
        "data-opt-in data-do-optin consentimento-em consented-at consent-timestamp consent-time opted-in-at "
        "inscrito-em date-de-consentement date-d-inscription"
    ),
    "optout:all": (
        "opted-out-of-all opt-out-all do-not-contact donotcontact unsubscribed-from-all nao-contatar nao-contactar "
        "global-opt-out no-contactar werbesperre keine-werbung do-not-market marketing-opt-out suppressed "
        "optout-all"
    ),
    "optout:email": (
        "unsubscribed-from-all-email unsubscribed-from-all-emails opted-out-of-all-email opted-out-of-email "
        "unsub-time unsub-date clean-time cleaned-time unsubscribed unsubscribed-at unsubscribe-date unsubscribe-time "
        "unsubscribe-timestamp date-unsubscribed unsubscribed-on unsubscribed-date unsubscribe unsubscribed-email "
        "email-unsubscribed email-blacklisted email-blocklisted blacklisted blocklisted blacklist blocklist "
        "hasoptedoutofemail has-opted-out-of-email email-opt-out opt-out optout opted-out opted-out-at opt-out-date "
        "email-optout optout-email opt-out-email optout-time opt-out-time optout-date do-not-email donotemail "
        "donotbulkemail do-not-bulk-email do-not-allow-emails do-not-allow-bulk-emails global-email-opt-out "
        "email-suppressed suppressed-at suppression-reason email-suppression email-suppressions "
        "email-marketing-suppressed email-status subscription-status subscriber-status email-marketing-status "
        "marketing-status email-permissions-status email-subscription-status email-opt-in-status "
        "status-de-opt-in status-do-opt-in status-opt-in status-optin status-da-inscricao status-de-inscricao "
        "status-do-e-mail status-do-email status-de-e-mail status-de-email status-de-marketing "
        "opt-out-de-e-mail opt-out-de-email descadastrado descadastrada descadastrado-em data-de-descadastro "
        "data-do-descadastro descadastro cancelou-inscricao cancelou-a-inscricao nao-enviar-e-mail "
        "nao-enviar-email nao-recebe-e-mail nao-quer-receber recusa-marketing lista-negra "
        "baja dado-de-baja fecha-de-baja cancelo-suscripcion no-enviar-correo estado-de-suscripcion "
        "abgemeldet abgemeldet-am abmeldedatum austragedatum abmeldung desabonne desinscrit date-de-desinscription"
    ),
    "optout:sms": (
        "sms-blacklisted sms-blocklisted sms-opt-out sms-optout sms-unsubscribed optout-sms opt-out-sms "
        "has-opted-out-of-sms hasoptedoutofsms has-opted-out-of-mobile mobile-opt-out do-not-text do-not-sms "
        "nao-enviar-sms opt-out-de-sms sms-suppressed sms-marketing-status sms-status"
    ),
    "optout:whatsapp": (
        "whatsapp-blacklisted whatsapp-blocklisted whatsapp-opt-out whatsapp-unsubscribed nao-enviar-whatsapp"
    ),
    "consent_source": "consent-source origem-do-consentimento source origem optin-source quelle",
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
    found.append(Target(f"optout:{ALL_CHANNELS}", _("opted out of all marketing"), _("Opt-out")))
    for channel in CHANNELS:
        label = _("opted out of marketing by %(channel)s") % {"channel": channel_look(channel).label}
        found.append(Target(f"optout:{channel}", label, _("Opt-out")))
    return [*found, *(Target(code, label, _("Consent")) for code, label in ABOUT_CONSENT.items())]


def guesses(headers: Sequence[str], definitions: Sequence[AttributeDefinition], kind: str = "people") -> list[str]:
    """Return what each column probably means, "" where nothing says so. Only addresses and opt-outs are guessed
    twice.
    """
    known = {target.code for target in targets(definitions, kind)}
    words = GUESSES_OF_COMPANIES if kind == "companies" else GUESSES
    own = {}
    for one in definitions if kind == "people" else ():
        for word in (one.slug, one.label, one.label_pt):
            own[_word(word)] = f"attribute:{one.slug}"
    taken: set[str] = set()
    found: list[str] = []
    for header in headers:
        target = _target_of(_word(header), own, words)
        if target not in known or (target in taken and not target.startswith(REPEATED)):
            target = ""
        taken.add(target)
        found.append(target)
    return _without_contradictions(found)


def _target_of(word: str, own: dict[str, str], words: dict[str, str]) -> str:
    """By the attributes' own names first, then by the words of headers, then by these without numbers."""
    bare = "-".join(part for part in word.split("-") if not part.isdigit())
    for one in (word, word.replace("-", ""), bare, bare.replace("-", "")):
        if target := own.get(one) or words.get(one):
            return target
    return ""


def _without_contradictions(found: list[str]) -> list[str]:
    """A name beside its parts: where a column says the last name, the other one says the first; a whole name beside
    both of its parts is left out.
    """
    if "name" not in found or not {"first_name", "last_name"} & set(found):
        return found
    place = found.index("name")
    found[place] = "first_name" if "first_name" not in found else ""
    return found


def _word(header: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", plain(header)).strip("-")
