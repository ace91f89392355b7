"""Behind a proxy that speaks TLS. Refuses to start on a value that is missing or unsafe, and says which."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from django.core.exceptions import ImproperlyConfigured

from engagement.config.key_strength import weakness_of, weakness_of_fernet_key
from engagement.config.settings.base import *  # noqa: F403
from engagement.config.settings.base import (
    ADDRESS_HASH_KEY,
    ALLOWED_HOSTS,
    BASE_URL,
    FIELD_ENCRYPTION_KEYS,
    METRICS_TOKEN,
    OUTGOING_ALLOWED_NETWORKS,
    PROXY_COUNT,
    SECRET_KEY,
    SECRET_KEY_FALLBACKS,
    SMTP_URL,
    env,
)

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
# Without a proxy of ours a client would write this header itself.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", False)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [BASE_URL])


def _weak_keys() -> Iterator[str]:
    wanted = {
        "SECRET_KEY": (SECRET_KEY, 50, "give at least 50 random characters"),
        "ADDRESS_HASH_KEY": (
            *(ADDRESS_HASH_KEY, 32),
            "give at least 32 random characters, and keep them for ever",
        ),
    }
    for number, key in enumerate(SECRET_KEY_FALLBACKS, start=1):
        wanted[f"SECRET_KEY_FALLBACKS number {number}"] = (key, 50, "give at least 50 random characters")
    if METRICS_TOKEN:
        wanted["METRICS_TOKEN"] = (METRICS_TOKEN, 20, "give at least 20 random characters")
    for name, (key, length, wish) in wanted.items():
        if weakness := weakness_of(key, length=length):
            yield f"{name}: {wish}; this one {weakness}"
    if not FIELD_ENCRYPTION_KEYS:
        yield "FIELD_ENCRYPTION_KEYS: give at least one Fernet key"
    for number, key in enumerate(FIELD_ENCRYPTION_KEYS, start=1):
        if weakness := weakness_of_fernet_key(key):
            yield f"FIELD_ENCRYPTION_KEYS: give Fernet keys; number {number} {weakness}"


def _open_networks() -> Iterator[str]:
    """Name each network that would open what the outgoing guard closes: nearly everything, or a cloud's metadata."""
    for text in OUTGOING_ALLOWED_NETWORKS:
        name = f"OUTGOING_ALLOWED_NETWORKS: {text}"
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            yield f"{name} is not a network; write it like 10.0.5.0/24"
            continue
        if network.prefixlen < (8 if network.version == 4 else 32):
            yield f"{name} is too large; name the networks that are meant"
        elif any(ip_address(one) in network for one in _METADATA_SERVICES):
            yield f"{name} contains a cloud's metadata service; name the networks that are meant without it"
        elif network.version == 6 and network.prefixlen <= 96 and network.overlaps(_NAT64):
            yield f"{name} contains every IPv4 address in another spelling; name the networks that are meant"


_METADATA_SERVICES = ("169.254.169.254", "168.63.129.16", "100.100.100.200", "fd00:ec2::254")
_NAT64 = ip_network("64:ff9b::/96")


def refuse_what_is_unsafe() -> None:
    """Raise ImproperlyConfigured naming every value that must not go to production as it is."""
    faults = list(_weak_keys())
    faults += _open_networks()
    if not ALLOWED_HOSTS or any(host.startswith(("*", ".")) for host in ALLOWED_HOSTS):
        faults.append("ALLOWED_HOSTS: name each host, without a wildcard")
    if env.bool("DEBUG", False):
        faults.append("DEBUG: must not be on")
    if not BASE_URL.startswith("https://"):
        faults.append("BASE_URL: must start with https://")
    if not SMTP_URL:
        faults.append("SMTP_URL: name the server that sends mail")
    if not env.str("PROXY_COUNT", ""):
        faults.append("PROXY_COUNT: say how many proxies of yours stand in front, such as 1; 0 when there is none")
    elif PROXY_COUNT < 0:
        faults.append("PROXY_COUNT: give 0 or more")
    faults += [f"{name}: say where it is" for name in ("DATABASE_URL", "REDIS_URL") if not env.str(name, "")]
    if faults:
        raise ImproperlyConfigured("These settings are missing or unsafe.\n" + "\n".join(faults))


refuse_what_is_unsafe()
