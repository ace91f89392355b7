"""The language of a visitor: what they chose, else what their browser asks for, of what the organization offers."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.translation.trans_real import (
    get_supported_language_variant,
    language_code_re,
    parse_accept_lang_header,
)

from engagement.organization.languages import default_language, offered_languages


class OfferedLanguageMiddleware(LocaleMiddleware):
    """Activate the best offered language, the organization's own where none fits."""

    def process_request(self, request: HttpRequest) -> None:
        """Choose by cookie, then by Accept-Language."""
        translation.activate(language_of(request))
        request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]


def language_of(request: HttpRequest) -> str:
    """Return the offered language that a visitor asks for."""
    offered = dict(offered_languages())
    asked = [request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
    asked += [tag for tag, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    for tag in asked:
        if tag == "*":
            break
        if not language_code_re.search(tag):
            continue
        try:
            found = get_supported_language_variant(tag)
        except LookupError:
            continue
        if found in offered:
            return found
    return default_language()
