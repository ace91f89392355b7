"""The organization's languages: what its team and visitors may choose, and what they get who chose nothing."""

from django.conf import settings
from django.utils.translation import get_language_info

from engagement.organization.current import current_organization

_OWN_NAMES = {"en": "English", "pt-br": "Português (Brasil)"}


def own_name(code: str) -> str:
    """Return what speakers of a language call it."""
    return _OWN_NAMES.get(code) or str(get_language_info(code)["name_local"])


def offered_languages() -> list[tuple[str, str]]:
    """Return code and name of each language that is offered; all that the product speaks while none was chosen."""
    chosen = set(current_organization().languages)
    return [one for one in _spoken() if one[0] in chosen] or _spoken()


def default_language() -> str:
    """Return the language of who has chosen none."""
    ours, offered = current_organization().language, [code for code, _name in offered_languages()]
    return ours if ours in offered else offered[0]


def offered_or_default(code: str) -> str:
    """Return a language if it is offered, else the default one."""
    return code if code in dict(offered_languages()) else default_language()


def languages_with(*codes: str) -> list[tuple[str, str]]:
    """Return the offered languages and those of ``codes``, which somebody has already."""
    offered = dict(offered_languages())
    return [one for one in _spoken() if one[0] in offered or one[0] in codes]


def _spoken() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in settings.LANGUAGES]
