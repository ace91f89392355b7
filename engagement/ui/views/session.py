"""Who is signed in in this browser, for a page that was opened before."""

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from engagement.village.access import public


@public
@never_cache
@require_GET
def session(request: HttpRequest) -> JsonResponse:
    """The id and name of who is signed in (empty: nobody), and a fresh token against forgery, with its cookie."""
    user = request.user
    person, name = (str(user.pk), str(user)) if user.is_authenticated else ("", "")
    return JsonResponse({"person": person, "name": name, "csrf_token": get_token(request)})
