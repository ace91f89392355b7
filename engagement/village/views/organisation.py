"""The way to the organisation's own sign-in, and back."""

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse
from requests import RequestException

from engagement.village.access import public
from engagement.village.organisation import OrganisationAdapter


@public
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """GET asks, POST sends the browser to the organisation's server; its absence is said, not thrown."""
    adapter = OrganisationAdapter(request, provider_id)
    provider = _provider(adapter)
    try:
        answer: HttpResponse = OAuth2LoginView.adapter_view(adapter)(request)
    except (OAuth2Error, RequestException) as error:
        answer = render_authentication_error(request, provider, exception=error)
    return answer


@public
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the organisation's answer; signs in only whom an administrator has invited."""
    adapter = OrganisationAdapter(request, provider_id)
    _provider(adapter)
    answer: HttpResponse = OAuth2CallbackView.adapter_view(adapter)(request)
    return answer


def _provider(adapter: OrganisationAdapter) -> object:
    try:
        return adapter.get_provider()
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
