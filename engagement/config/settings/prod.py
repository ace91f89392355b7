"""Behind a proxy that speaks TLS. Refuses to start on a value that is missing or unsafe, and says which."""

from django.core.exceptions import ImproperlyConfigured

from engagement.config.settings.base import *  # noqa: F403
from engagement.config.settings.base import (
    ADDRESS_HASH_KEY,
    ALLOWED_HOSTS,
    BASE_URL,
    FIELD_ENCRYPTION_KEYS,
    SECRET_KEY,
    SMTP_URL,
    env,
)

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", False)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [BASE_URL])


def refuse_what_is_unsafe() -> None:
    """Raise ImproperlyConfigured naming every value that must not go to production as it is."""
    faults = []
    if len(SECRET_KEY) < 50:
        faults.append("SECRET_KEY: give at least 50 random characters")
    if not FIELD_ENCRYPTION_KEYS:
        faults.append("FIELD_ENCRYPTION_KEYS: give at least one Fernet key")
    if len(ADDRESS_HASH_KEY) < 32:
        faults.append("ADDRESS_HASH_KEY: give at least 32 random characters, and keep them for ever")
    if not ALLOWED_HOSTS or any(host.startswith(("*", ".")) for host in ALLOWED_HOSTS):
        faults.append("ALLOWED_HOSTS: name each host, without a wildcard")
    if env.bool("DEBUG", False):
        faults.append("DEBUG: must not be on")
    if not BASE_URL.startswith("https://"):
        faults.append("BASE_URL: must start with https://")
    if not SMTP_URL:
        faults.append("SMTP_URL: name the server that sends mail")
    faults += [f"{name}: say where it is" for name in ("DATABASE_URL", "REDIS_URL") if not env.str(name, "")]
    if faults:
        raise ImproperlyConfigured("These settings are missing or unsafe.\n" + "\n".join(faults))


refuse_what_is_unsafe()
