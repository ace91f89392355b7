"""One machine, over plain HTTP on loopback: what ``make run`` uses."""

from engagement.config.settings.base import *  # noqa: F403
from engagement.config.settings.base import ALLOWED_HOSTS, OUTGOING_ALLOWED_NETWORKS, SECRET_KEY, env

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = SECRET_KEY or "only-for-commands-that-need-no-secret"
ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]
if env.bool("DEMO", True):  # an installation of one's own says its name in the set-up
    ORGANISATION_NAME = env.str("ORGANISATION_NAME", "Pedralva")
    ORGANISATION_POSTAL_ADDRESS = env.str(
        "ORGANISATION_POSTAL_ADDRESS", "Rua das Pedras, 120, Belo Horizonte, MG, 30140-010, Brasil"
    )
OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8", "::1/128", *OUTGOING_ALLOWED_NETWORKS]
SESSION_COOKIE_NAME = "vilarejo_session"
CSRF_COOKIE_NAME = "vilarejo_csrf"
