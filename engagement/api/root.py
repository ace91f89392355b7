"""``/api/v1/``: what there is."""

from django.http import HttpRequest, JsonResponse
from django.urls import get_resolver, reverse

from engagement.api.problems import problem_response
from engagement.village.access import public


@public
def root(request: HttpRequest) -> JsonResponse:
    """Answer with the addresses of the description and of each resource. Open to anyone: it names addresses only."""
    if request.method not in ("GET", "HEAD"):
        answer = problem_response(405, "This address only answers GET.", code="method_not_allowed")
        answer["Allow"] = "GET, HEAD"
        return answer
    here = request.build_absolute_uri
    resources = {name: here(f"/api/v1/{name}/") for name in _names_of_resources()}
    return JsonResponse(
        {"openapi": here(reverse("schema")), "docs": here(reverse("reference")), "resources": resources}
    )


def _names_of_resources() -> list[str]:
    """Return the first part of each address below the root."""
    _prefix, resolver = get_resolver().namespace_dict["v1"]
    return sorted({str(one.pattern).partition("/")[0] for one in resolver.url_patterns} - {""})
