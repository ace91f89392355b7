"""The organization's languages: what its team and visitors may choose, and what they get who chose nothing."""

from django.conf import settings
from django.utils.translation import get_language_info

from engagement.organization.current import current_organization
from engagement.organization.models import Organization

_OWN_NAMES = {"en": "English", "pt-br": "Português (Brasil)"}


def own_name(code: str) -> str:
    """Return what speakers of a language call it."""
    return _OWN_NAMES.get(code) or str(get_language_info(code)["name_local"])


def offered_languages() -> list[tuple[str, str]]:
    """Return code and name of each language that is offered; all that the product speaks while none was chosen."""
    return _offered_by(current_organization())


def default_language() -> str:
    """Return the language of who has chosen none."""
    return _default_of(current_organization())


def offered_or_default(code: str) -> str:
    """Return a language if it is offered, else the default one."""
    organization = current_organization()
    return code if code in dict(_offered_by(organization)) else _default_of(organization)


def languages_with(*codes: str) -> list[tuple[str, str]]:
    """Return the offered languages and those of ``codes``, which somebody has already."""
    offered = dict(offered_languages())
    return [one for one in _spoken() if one[0] in offered or one[0] in codes]


def _spoken() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in settings.LANGUAGES]


def _offered_by(organization: Organization) -> list[tuple[str, str]]:
    chosen = set(organization.languages)
    return [one for one in _spoken() if one[0] in chosen] or _spoken()


def _default_of(organization: Organization) -> str:
    offered = [code for code, _name in _offered_by(organization)]
    return organization.language if organization.language in offered else offered[0]
