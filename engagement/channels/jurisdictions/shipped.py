"""The rule sheets that come with the product: version 1 of each place.

A careful reading of each law for the messages that this product sends, not legal advice: a counselor of the
organization changes them by new versions. Where a law sets hours for phone calls only, SMS follow them as a
precaution, and the sheet says so. Holidays are national ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

SHIPPED_FROM = datetime(2026, 1, 1, 12, tzinfo=UTC)
_ALL, _WORKDAYS = [0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4]
_STOP = {"en": ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPT OUT"]}
_STOP_PT = {"pt": ["SAIR", "PARAR", "CANCELAR", "DESCADASTRAR"]}
_EMAIL_TEXT = ["sender_name", "postal_address", "unsubscribe"]
_SMS_TEXT = ["sender_name", "stop_keyword"]
_EITHER = ["express", "implied"]


def _window(days: Sequence[int], opens: str, closes: str) -> dict[str, Any]:
    return {"days": list(days), "from": opens, "to": closes}


def _source(name: str, url: str) -> dict[str, str]:
    return {"name": name, "url": url}


_TCPA = _source(
    "47 CFR 64.1200 (TCPA): calls and texts between 8:00 and 21:00; prior express written consent; revocation",
    "https://www.law.cornell.edu/cfr/text/47/64.1200",
)
_CAN_SPAM = _source(
    "CAN-SPAM Act, 15 U.S.C. 7704: postal address, truthful sender, working opt-out in commercial email",
    "https://www.law.cornell.edu/uscode/text/15/7704",
)
_CTIA = _source(
    "CTIA Messaging Principles and Best Practices: opt-out keywords, one confirmation",
    "https://www.ctia.org/the-wireless-industry/industry-commitments/messaging-interoperability-sms-mms",
)
_EPRIVACY = _source(
    "Directive 2002/58/EC (ePrivacy), article 13: prior consent; own similar products to customers",
    "https://eur-lex.europa.eu/eli/dir/2002/58/oj",
)
_GDPR = _source(
    "Regulation (EU) 2016/679 (GDPR), articles 6, 7, 13, 21: consent, information, objection to marketing",
    "https://eur-lex.europa.eu/eli/reg/2016/679/oj",
)
_EUROPEAN_TEXT = {
    "sms": ["sender_name", "stop_keyword"],
    "email": [*_EMAIL_TEXT, "privacy_contact", "advertising_mark"],
}


def _state(windows: Iterable[Mapping[str, Any]], *sources: Mapping[str, str]) -> dict[str, Any]:
    """A state of the United States: its hours for calls and texts alike."""
    hours = list(windows)
    return {"rules": {"hours": {"sms": hours, "voice": hours}}, "sources": list(sources)}


# By place, in English and in Portuguese: what it is called, its rules, where they stand.
SHIPPED: Mapping[str, Mapping[str, Any]] = {
    "BR": {
        "names": ("Brazil", "Brasil"),
        "rules": {
            "hours": {
                "sms": [_window(_ALL, "08:00", "21:00")],
                "voice": [_window(_WORKDAYS, "09:00", "21:00"), _window([5], "10:00", "16:00")],
            },
            "closed_on": [
                *("01-01", "easter-2", "04-21", "05-01", "09-07", "10-12", "11-02", "11-15", "11-20", "12-25"),
            ],
            "holidays": ["voice"],
            "consent": {"sms": _EITHER, "email": _EITHER, "voice": _EITHER},
            "keywords": _STOP_PT | _STOP,
            "required": {"sms": _SMS_TEXT, "email": ["sender_name", "unsubscribe", "privacy_contact"]},
        },
        "sources": [
            _source(
                "Lei 13.709/2018 (LGPD), arts. 7, 8, 18: legal basis, withdrawal, objection",
                "https://www.planalto.gov.br/ccivil_03/_ato2015-2018/2018/lei/l13709.htm",
            ),
            _source(
                "Lei 8.078/1990 (Código de Defesa do Consumidor), art. 36: advertising must be recognizable",
                "https://www.planalto.gov.br/ccivil_03/leis/l8078compilado.htm",
            ),
            _source(
                "Não Me Perturbe and the telecom self-regulation code (SART): block list, hours of calls",
                "https://www.naomeperturbe.com.br/",
            ),
        ],
    },
    "US": {
        "names": ("United States", "Estados Unidos"),
        "rules": {
            "hours": {"sms": [_window(_ALL, "08:00", "21:00")], "voice": [_window(_ALL, "08:00", "21:00")]},
            "consent": {"sms": ["express"], "voice": ["express"], "email": _EITHER},
            "keywords": _STOP | {"es": ["ALTO", "BAJA"]},
            "required": {"sms": _SMS_TEXT, "email": _EMAIL_TEXT},
        },
        "sources": [_TCPA, _CAN_SPAM, _CTIA],
    },
    "US-FL": {
        "names": ("Florida", "Flórida"),
        **_state(
            [_window(_ALL, "08:00", "20:00")],
            _source(
                "Florida Statutes 501.059 (Telephone Solicitation Act): 8:00 to 20:00, at most three in 24 hours",
                "http://www.leg.state.fl.us/statutes/index.cfm?App_mode=Display_Statute&URL=0500-0599/0501/Sections/0501.059.html",
            ),
        ),
    },
    "US-TX": {
        "names": ("Texas", "Texas"),
        **_state(
            [_window([0, 1, 2, 3, 4, 5], "09:00", "21:00"), _window([6], "12:00", "21:00")],
            _source(
                "Texas Business and Commerce Code 301.051 and 302 (texts: SB 140): 9:00, on Sunday 12:00, to 21:00",
                "https://statutes.capitol.texas.gov/Docs/BC/htm/BC.301.htm",
            ),
        ),
    },
    "US-OK": {
        "names": ("Oklahoma", "Oklahoma"),
        **_state(
            [_window(_ALL, "08:00", "20:00")],
            _source(
                "Oklahoma Telephone Solicitation Act of 2022, 15 O.S. 775C: 8:00 to 20:00",
                "https://www.oklegislature.gov/",
            ),
        ),
    },
    "US-WA": {
        "names": ("Washington", "Washington"),
        **_state(
            [_window(_ALL, "08:00", "20:00")],
            _source(
                "Revised Code of Washington 80.36.390: 8:00 to 20:00",
                "https://app.leg.wa.gov/rcw/default.aspx?cite=80.36.390",
            ),
        ),
    },
    "US-MD": {
        "names": ("Maryland", "Maryland"),
        **_state(
            [_window(_ALL, "08:00", "20:00")],
            _source(
                "Stop the Spam Calls Act of 2023, Md. Code, Commercial Law 14-4501: 8:00 to 20:00",
                "https://mgaleg.maryland.gov/mgawebsite/",
            ),
        ),
    },
    "US-CT": {
        "names": ("Connecticut", "Connecticut"),
        **_state(
            [_window(_ALL, "09:00", "20:00")],
            _source(
                "Connecticut General Statutes 42-288a (Public Act 23-98): 9:00 to 20:00",
                "https://www.cga.ct.gov/current/pub/chap_743m.htm",
            ),
        ),
    },
    "CA": {
        "names": ("Canada", "Canadá"),
        "rules": {
            "hours": {
                "sms": [_window(_WORKDAYS, "09:00", "21:00"), _window([5, 6], "10:00", "18:00")],
                "voice": [_window(_WORKDAYS, "09:00", "21:30"), _window([5, 6], "10:00", "18:00")],
            },
            "consent": {"sms": _EITHER, "email": _EITHER, "voice": _EITHER},
            "keywords": _STOP | {"fr": ["ARRET", "STOP"]},
            "required": {"sms": _SMS_TEXT, "email": _EMAIL_TEXT},
        },
        "sources": [
            _source(
                "Canada's Anti-Spam Legislation, S.C. 2010, c. 23: express or implied consent, sender, opt-out",
                "https://laws-lois.justice.gc.ca/eng/acts/E-1.6/",
            ),
            _source(
                "CRTC Unsolicited Telecommunications Rules, Part III: hours of calls (kept for SMS as a precaution)",
                "https://crtc.gc.ca/eng/trules-reglest.htm",
            ),
        ],
    },
    "DE": {
        "names": ("Germany", "Alemanha"),
        "rules": {
            "hours": {"sms": [_window(_ALL, "08:00", "21:00")], "voice": [_window(_ALL, "08:00", "21:00")]},
            "consent": {"sms": _EITHER, "email": _EITHER, "voice": ["express"]},
            "keywords": {"de": ["STOPP", "STOP", "ABMELDEN", "ABBESTELLEN"]},
            "required": _EUROPEAN_TEXT,
        },
        "sources": [
            _source(
                "Gesetz gegen den unlauteren Wettbewerb, sections 7, 7a: consent, its proof; no hours are set by law",
                "https://www.gesetze-im-internet.de/uwg_2004/__7.html",
            ),
            _source(
                "Digitale-Dienste-Gesetz, sections 5 and 6: who sends it, recognizable as advertising",
                "https://www.gesetze-im-internet.de/ddg/",
            ),
            _EPRIVACY,
            _GDPR,
        ],
    },
    "PT": {
        "names": ("Portugal", "Portugal"),
        "rules": {
            "hours": {"sms": [_window(_ALL, "08:00", "21:00")], "voice": [_window(_ALL, "08:00", "21:00")]},
            "consent": {"sms": _EITHER, "email": _EITHER, "voice": ["express"]},
            "keywords": {"pt": ["SAIR", "PARAR", "CANCELAR", "REMOVER", "STOP"]},
            "required": _EUROPEAN_TEXT,
        },
        "sources": [
            _source(
                "Lei 41/2004 (Lei 46/2012), articles 13-A, 13-B: prior consent, opt-out; no hours are set by law",
                "https://diariodarepublica.pt/dr/detalhe/lei/41-2004-480710",
            ),
            _EPRIVACY,
            _GDPR,
        ],
    },
    "FR": {
        "names": ("France", "França"),
        "rules": {
            "hours": {
                "sms": [_window([0, 1, 2, 3, 4, 5], "08:00", "20:00")],
                "voice": [_window(_WORKDAYS, "10:00", "13:00"), _window(_WORKDAYS, "14:00", "20:00")],
            },
            "closed_on": [
                *("01-01", "easter+1", "05-01", "05-08", "easter+39", "easter+50", "07-14", "08-15"),
                *("11-01", "11-11", "12-25"),
            ],
            "holidays": ["sms", "voice"],
            "consent": {"sms": _EITHER, "email": _EITHER, "voice": ["express"]},
            "keywords": {"fr": ["STOP", "ARRET"]},
            "required": _EUROPEAN_TEXT,
        },
        "sources": [
            _source(
                "Code des postes et des communications électroniques, article L34-5: prior consent, free opt-out",
                "https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000006070987/",
            ),
            _source(
                "Décret 2022-1313 (Bloctel): calls on weekdays 10:00 to 13:00 and 14:00 to 20:00, never on holidays",
                "https://www.bloctel.gouv.fr/",
            ),
            _source(
                "Operators' rules for SMS numbers (AF2M): no marketing at night, on Sundays and on holidays",
                "https://www.af2m.org/",
            ),
            _EPRIVACY,
            _GDPR,
        ],
    },
    "ES": {
        "names": ("Spain", "Espanha"),
        "rules": {
            "hours": {
                "sms": [_window([0, 1, 2, 3, 4, 5], "09:00", "21:00")],
                "voice": [_window(_WORKDAYS, "09:00", "21:00")],
            },
            "closed_on": [
                *("01-01", "01-06", "easter-2", "05-01", "08-15", "10-12", "11-01", "12-06", "12-08", "12-25"),
            ],
            "holidays": ["sms", "voice"],
            "consent": {"sms": _EITHER, "email": _EITHER, "voice": ["express"]},
            "keywords": {"es": ["BAJA", "STOP", "CANCELAR"]},
            "required": _EUROPEAN_TEXT,
        },
        "sources": [
            _source(
                "Ley 34/2002 (LSSI), articles 20 to 22: prior request or consent, own similar products, opt-out",
                "https://www.boe.es/eli/es/l/2002/07/11/34/con",
            ),
            _source(
                "Real Decreto Legislativo 1/2007, article 96.2: calls from 9:00 to 21:00, not on weekends and holidays"
                " (its hours kept for SMS as a precaution)",
                "https://www.boe.es/eli/es/rdlg/2007/11/16/1/con",
            ),
            _EPRIVACY,
            _GDPR,
        ],
    },
    "GB": {
        "names": ("United Kingdom", "Reino Unido"),
        "rules": {
            "hours": {"sms": [_window(_ALL, "08:00", "21:00")], "voice": [_window(_ALL, "08:00", "21:00")]},
            "consent": {"sms": _EITHER, "email": _EITHER, "voice": _EITHER},
            "keywords": {"en": ["STOP", "UNSUBSCRIBE", "OPT OUT"]},
            "required": _EUROPEAN_TEXT,
        },
        "sources": [
            _source(
                "Privacy and Electronic Communications Regulations 2003, 21 to 23: consent, soft opt-in, identity",
                "https://www.legislation.gov.uk/uksi/2003/2426/contents",
            ),
            _source(
                "UK GDPR and Data Protection Act 2018: objection to direct marketing",
                "https://www.legislation.gov.uk/ukpga/2018/12/contents",
            ),
            _source(
                "ICO, Guide to PECR: no hours are set by law; 8:00 to 21:00 is kept",
                "https://ico.org.uk/for-organisations/direct-marketing-and-privacy-and-electronic-communications/",
            ),
        ],
    },
}


def load_shipped_sheets(jurisdictions: Any, sheets: Any) -> None:
    """Create what is missing of the shipped places, with their version 1. Safe to repeat.

    ``jurisdictions`` and ``sheets`` are the managers of the models, also as a migration knows them.
    """
    for place, given in SHIPPED.items():
        country, _dash, state = place.partition("-")
        name, name_pt = given["names"]
        where, _made = jurisdictions.get_or_create(
            country=country, state=state, defaults={"name": name, "name_pt": name_pt}
        )
        sheets.get_or_create(
            jurisdiction=where,
            number=1,
            defaults={
                "rules": given["rules"],
                "sources": given["sources"],
                "valid_from": SHIPPED_FROM,
                "status": "approved",
                "created_at": SHIPPED_FROM,
                "decided_at": SHIPPED_FROM,
            },
        )
