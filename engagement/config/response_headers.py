"""What every answer tells browsers and caches, unless a view has said something else."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# No page of ours uses any of them; a page can copy to the clipboard.
_UNUSED: Final = (
    *("accelerometer", "ambient-light-sensor", "autoplay", "battery", "bluetooth", "browsing-topics", "camera"),
    *("display-capture", "encrypted-media", "gamepad", "geolocation", "gyroscope", "hid", "idle-detection"),
    *("local-fonts", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock"),
    *("serial", "speaker-selection", "usb", "web-share", "xr-spatial-tracking"),
)
PERMISSIONS_POLICY: Final = ", ".join(
    [*(f"{name}=()" for name in _UNUSED), "clipboard-write=(self)", "fullscreen=(self)"]
)
PRIVATE: Final = "private, no-store"


class ResponseHeadersMiddleware:
    """Cache-Control, Permissions-Policy and Cross-Origin-Resource-Policy (OWASP ASVS 5.0, 3.4 and 14.2.2).

    Every page here is somebody's: no cache between us keeps it, and after signing out Back shows none of it. Files that
    are the same for everybody are served with the lifetime that the static server gives them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if request.path_info.startswith(settings.STATIC_URL):
            return response
        response.headers.setdefault("Cache-Control", PRIVATE)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
