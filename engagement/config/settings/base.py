"""What is the same everywhere. Everything that differs is read from the environment, here and nowhere else."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from environs import Env

from engagement.config.logs import logging_settings
from engagement.config.memory import load_without_collecting
from engagement.config.process import database_options, process_kind

load_without_collecting()  # engagement.config.apps collects again
# Lets forms and admin classes name their model, as the type checker wants: ``forms.ModelForm[Channel]``.
django_stubs_ext.monkeypatch()

env = Env()
ROOT = Path(__file__).resolve().parents[3]
VAR = Path(env.str("VAR_DIR", str(ROOT / "var")))

SECRET_KEY: str = env.str("SECRET_KEY", "")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
# Fernet keys, newest first; older ones still open what they closed.
FIELD_ENCRYPTION_KEYS: list[str] = env.list("FIELD_ENCRYPTION_KEYS", [])
# Suppressed addresses are kept as hashes under this key. It never changes: another one forgets them all.
ADDRESS_HASH_KEY: str = env.str("ADDRESS_HASH_KEY", "")
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [])

BASE_URL: str = env.str("BASE_URL", "http://localhost:8000").rstrip("/")
# Where the browser opens its socket: an absolute ws(s):// URL or a path on the same origin (behind a proxy).
LIVE_URL: str = env.str("LIVE_URL", "/live/")
ORGANISATION_NAME: str = env.str("ORGANISATION_NAME", "")
# Stands at the end of every marketing e-mail (CAN-SPAM); without it none is approved.
# Of phone numbers without a prefix, where neither their row nor their file says (ISO 3166-1).
ORGANIZATION_COUNTRY: str = env.str("ORGANIZATION_COUNTRY", "BR")
ORGANISATION_POSTAL_ADDRESS: str = env.str("ORGANISATION_POSTAL_ADDRESS", "")
# The currency (ISO 4217) of amounts that name none: {{ total | money }} in texts.
ORGANISATION_CURRENCY: str = env.str("ORGANISATION_CURRENCY", "BRL").upper()

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "template_partials",
    "django_htmx",
    "csp",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "django_celery_beat",
    "channels",
    "engagement.events",
    "engagement.organization",
    "engagement.village",
    "engagement.profiles",
    "engagement.channels",
    "engagement.operations",
    "engagement.realtime",
    "engagement.ui",
    "engagement.api",
    "engagement.setup",
    "engagement.config",
    "collaboration",
    "content",
    "conversations",
    "community",
    "campaigns",
]

MIDDLEWARE = [
    "engagement.config.request_time.RequestTimeMiddleware",
    "engagement.config.health.ProbeMiddleware",
    "engagement.config.monitoring.TraceMiddleware",
    "engagement.village.middleware.ClientAddressMiddleware",
    "engagement.config.response_headers.ResponseHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "engagement.config.request_id.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "engagement.organization.middleware.OfferedLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "engagement.village.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "engagement.village.middleware.LastSeenMiddleware",
    "engagement.village.middleware.AccessMiddleware",
    "engagement.village.middleware.SecondFactorMiddleware",
    "engagement.setup.middleware.SetupMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "engagement.config.urls"
WSGI_APPLICATION = "engagement.config.wsgi.application"
ASGI_APPLICATION = "engagement.config.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "engagement.ui.context.interface",
            ],
        },
    }
]

# Behind a pool that hands out connections by transaction (docs/pgbouncer.md).
DATABASE_POOLED: bool = env.bool("DATABASE_POOLED", False)
# Seconds; without them each kind of process has limits of its own (engagement/config/process.py).
_statement_seconds = env.float("DATABASE_STATEMENT_TIMEOUT", None)
_idle_seconds = env.float("DATABASE_IDLE_TIMEOUT", None)
_connection_options = database_options(
    kind=process_kind(), pooled=DATABASE_POOLED, statement_seconds=_statement_seconds, idle_seconds=_idle_seconds
)


def database(url: dict[str, Any]) -> dict[str, Any]:
    """Return one entry of DATABASES; what the address itself says goes before our own options."""
    options = {**_connection_options, **url.get("OPTIONS", {})}
    # Statements that ask for it are prepared (engagement/statements.py), and no others; none behind a pool.
    if not DATABASE_POOLED:
        options.setdefault("prepare_threshold", 2**31 - 1)
    return {
        **url,
        "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", 600),
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": DATABASE_POOLED,
        "OPTIONS": options,
    }


DATABASES: dict[str, Any] = {"default": database(env.dj_db_url("DATABASE_URL", "postgres:///vilarejo"))}
# A copy that follows by streaming replication: reports and the operating checks read it (engagement/replica.py).
DATABASE_REPLICA_MAX_LAG_SECONDS = env.float("DATABASE_REPLICA_MAX_LAG_SECONDS", 60.0)
if env.str("DATABASE_REPLICA_URL", ""):
    DATABASES["replica"] = database(env.dj_db_url("DATABASE_REPLICA_URL"))
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
    DATABASE_ROUTERS = ["engagement.replica.ReplicaRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# How `manage.py start` binds and how much it runs (docs/sizing.md).
BIND_HOST: str = env.str("BIND_HOST", "127.0.0.1")
WEB_PORT: int = env.int("PORT", 8000)
LIVE_PORT: int = env.int("LIVE_PORT", 8001)
WEB_WORKERS: int = env.int("WEB_WORKERS", 2)
WEB_THREADS: int = env.int("WEB_THREADS", 4)  # of each web worker; each keeps one connection to the database
WORKER_PROCESSES: int = env.int("WORKER_PROCESSES", 2)  # of each Celery worker

REDIS_URL: str = env.str("REDIS_URL", "redis://localhost:6379/0")
BROKER_URL: str = env.str("BROKER_URL", REDIS_URL)
# One prefix for every key and queue name of this installation, so that two of them can share a server.
NAMESPACE: str = env.str("NAMESPACE", "vilarejo")
# Given anew at each start on one machine: what the last run's workers reported says nothing about this one's.
RUN_ID: str = env.str("RUN_ID", "")
_cache = {
    "BACKEND": "engagement.config.cache.Cache",
    "LOCATION": REDIS_URL,
    "KEY_PREFIX": f"{NAMESPACE}:cache",
    "OPTIONS": {
        "pool_class": "engagement.redis_pool.BreakerPool",
        "socket_timeout": 1,
        "socket_connect_timeout": 1,
        "socket_keepalive": True,
    },
}
CACHES: dict[str, Any] = {
    "default": _cache,
    "sessions": {**_cache, "BACKEND": "engagement.config.cache.SessionCache", "KEY_PREFIX": f"{NAMESPACE}:sessions"},
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_connect_timeout": 2, "socket_keepalive": True}],
            "prefix": f"{NAMESPACE}:live",
        },
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_CACHE_ALIAS = "sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60  # from the last thing that its person did
SESSION_EXTENDED_SECONDS = 5 * 60  # how often at most the end of a session in use is moved on
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "engagement.ui.views.errors.csrf_failure"

# Who works here ------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "village.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "engagement.village.password_strength.GuessablePasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "engagement.village.sign_in.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "engagement.village.sign_in.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# For one address of ours from everywhere; the closer limit of one client is django-axes' below.
ACCOUNT_RATE_LIMITS: dict[str, str] = {
    "login": "60/m/ip",
    "login_failed": "60/m/ip,20/15m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reauthenticate": "10/m/user",
}
MFA_ADAPTER = "engagement.village.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = ORGANISATION_NAME
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator gives the addresses
# Who must have a second factor before they open anything: administrators, and whoever has one of these roles (slugs).
REQUIRE_MFA: bool = env.bool("REQUIRE_MFA", False)
REQUIRE_MFA_ROLES: list[str] = env.list("REQUIRE_MFA_ROLES", [])
USERSESSIONS_TRACK_ACTIVITY = False  # LastSeenMiddleware notes it, once a minute
SOCIALACCOUNT_ONLY = False
# OpenID Connect: OIDC_SERVER_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME turn the button on.
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "provider_class": "engagement.village.organisation.OrganisationProvider",
        "OAUTH_PKCE_ENABLED": True,
    }
}
if env.str("OIDC_SERVER_URL", ""):
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "organisation",
            "name": env.str("OIDC_NAME", ORGANISATION_NAME),
            "client_id": env.str("OIDC_CLIENT_ID"),
            "secret": env.str("OIDC_CLIENT_SECRET"),
            "settings": {"server_url": env.str("OIDC_SERVER_URL")},
        }
    ]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the pause is 15 minutes, however often one tries
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "engagement.village.sign_in.typed_address"
AXES_CLIENT_IP_CALLABLE = "engagement.village.sign_in.address_of_client"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False  # no line at each start
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "engagement.village.sign_in.locked_out"
# How many proxies of ours stand in front and add to X-Forwarded-For; production wants it said, 0 for none.
PROXY_COUNT: int = int(env.str("PROXY_COUNT", "") or 0)
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False

# Language and time ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("pt-br", _("Brazilian Portuguese"))]
# Each app may bring a catalogue of its own in ``<app>/locale``; what is common stands in the first.
LOCALE_PATHS = [ROOT / "locale"]
FORMAT_MODULE_PATH = ["engagement.config.formats"]
TIME_ZONE = env.str("TIME_ZONE", "America/Sao_Paulo")
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# Files ------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "staticfiles"
STATICFILES_DIRS = [ROOT / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "engagement.ui.finders.PackageFinder",
]
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR / "media"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# A bucket of an S3-compatible storage, so that hosts need no shared disk; empty: files are under VAR_DIR.
S3_BUCKET: str = env.str("S3_BUCKET", "")
if S3_BUCKET:
    from engagement.config.s3_storage import s3_options

    STORAGES["default"] = {
        "BACKEND": "engagement.config.s3_storage.PrivateS3Storage",
        "OPTIONS": s3_options(env, S3_BUCKET),
    }
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
ATTACHMENT_LIMIT = env.int("ATTACHMENT_LIMIT", 25 * 1024 * 1024)  # bytes, one file
MESSAGE_LIMIT = env.int("MESSAGE_LIMIT", 40 * 1024 * 1024)  # bytes, one whole e-mail
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# E-mail -----------------------------------------------------------------------------------------------------
# smtps:// (TLS from the start), smtp:// (STARTTLS, which a server elsewhere must offer), smtp+plain:// (STARTTLS only
# where offered, else in clear); user and password percent-encoded.
SMTP_URL: str = env.str("SMTP_URL", "")
INBOUND_SMTP_HOST: str = env.str("INBOUND_SMTP_HOST", "127.0.0.1")
INBOUND_SMTP_PORT: int = env.int("INBOUND_SMTP_PORT", 2525)
# A second listener for a mail server on this machine: a Unix socket's path or host:port; empty for none.
INBOUND_LMTP: str = env.str("INBOUND_LMTP", "")
INBOUND_CONNECTIONS: int = env.int("INBOUND_CONNECTIONS", 200)
INBOUND_CONNECTIONS_PER_PEER: int = env.int("INBOUND_CONNECTIONS_PER_PEER", 50)  # of one address, over SMTP
INBOUND_TLS_CERTIFICATE: str = env.str("INBOUND_TLS_CERTIFICATE", "")
INBOUND_TLS_KEY: str = env.str("INBOUND_TLS_KEY", "")
# The built-in catcher's port on loopback: where mail goes while no SMTP_URL is set. 0: there is no catcher.
CATCHER_PORT: int = env.int("CATCHER_PORT", 0)
# A provider of texts that speaks Twilio's API, such as https://api.twilio.com; empty: Twilio, or the built-in stand-in
# where one runs (its port on loopback; 0: none).
SMS_API_URL: str = env.str("SMS_API_URL", "")
SMS_STAND_IN_PORT: int = env.int("SMS_STAND_IN_PORT", 0)
SMS_TIMEOUT = env.float("SMS_TIMEOUT", 20.0)  # seconds that the provider's answer may take
CHANNEL_TEST_SECONDS = env.float("CHANNEL_TEST_SECONDS", 60.0)  # how long a test of a channel waits for each return
SMTP_TIMEOUT = env.float("SMTP_TIMEOUT", 60.0)  # seconds that one answer of a mail server may take
# How long a worker that says nothing keeps what it claimed; one that lives prolongs it.
DELIVERY_LEASE_SECONDS = env.float("DELIVERY_LEASE_SECONDS", 40.0)
# How long a hand-over may take before nobody can tell what became of it: longer than all of its timeouts together.
DELIVERY_HANDING_SECONDS = env.float("DELIVERY_HANDING_SECONDS", 10 * SMTP_TIMEOUT)
# At most so many marketing messages to one person, over all channels and campaigns, within so many days; 0: no limit.
MARKETING_CAP = env.int("MARKETING_CAP", 5)
MARKETING_CAP_WINDOW = timedelta(days=env.int("MARKETING_CAP_DAYS", 7))
# A campaign is held by itself when so large a part of its recipients complains, once so many were reached.
COMPLAINTS_LIMIT = env.float("COMPLAINTS_LIMIT", 0.001)
COMPLAINTS_MINIMUM = env.int("COMPLAINTS_MINIMUM", 1000)
# So many messages in a row that did not arrive for passing reasons, within so many days, stop marketing to an address.
SOFT_BOUNCES_LIMIT = env.int("SOFT_BOUNCES_LIMIT", 5)
SOFT_BOUNCES_WINDOW = timedelta(days=env.int("SOFT_BOUNCES_DAYS", 30))
# Mail providers that deliver ana+anything@ to ana@, so that both are one person; and those that ignore full stops.
SUBADDRESS_DOMAINS: list[str] = env.list(
    "SUBADDRESS_DOMAINS",
    [
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "icloud.com", "me.com"),
        *("proton.me", "protonmail.com", "pm.me", "fastmail.com"),
    ],
)
DOTLESS_DOMAINS: list[str] = env.list("DOTLESS_DOMAINS", ["gmail.com", "googlemail.com"])
# Domains of which very many people have an address: one that is misspelt is put right when somebody is searched for.
COMMON_MAIL_DOMAINS: list[str] = env.list(
    "COMMON_MAIL_DOMAINS",
    [
        *(*SUBADDRESS_DOMAINS, "yahoo.com", "yahoo.com.br", "hotmail.com.br", "outlook.com.br", "uol.com.br"),
        *("bol.com.br", "terra.com.br", "ig.com.br", "globo.com", "msn.com", "gmx.com", "gmx.net", "aol.com"),
    ],
)
# Whether two who may answer data requests have to confirm an erasure, each of them by the typed name.
# Whether SPF, DKIM and DMARC of received mail are looked up in DNS where our receiving server says nothing of them.
CHECK_SENDERS = env.bool("CHECK_SENDERS", True)
ERASURE_FOUR_EYES = env.bool("ERASURE_FOUR_EYES", False)
IMPORT_MOST_BYTES = env.int("IMPORT_MOST_MB", 256) << 20  # of one file of people
BLOCK_LIST_MOST_BYTES = env.int("BLOCK_LIST_MOST_MB", 128) << 20  # of one file of numbers
# Work that can wait goes on while less than this share of the processors is busy; a share of 0 never lets it.
BACKGROUND_LOAD = env.float("BACKGROUND_LOAD", 0.9)
# Networks beyond the public internet that channels and webhooks may connect to, such as 10.0.5.0/24.
OUTGOING_ALLOWED_NETWORKS: list[str] = env.list("OUTGOING_ALLOWED_NETWORKS", [])
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", "vilarejo@localhost")
EMAIL_BACKEND = "engagement.channels.email.staff_mail.StaffMailBackend"
UNDO_SECONDS = 10
# A text joins the conversation that was resolved so many days ago at most; later it begins a new one.
REOPEN_WITHIN_DAYS = env.int("REOPEN_WITHIN_DAYS", 7)
TASK_ESCALATION_HOURS = env.float("TASK_ESCALATION_HOURS", 4.0)  # how late a task may be until its author is told
# So many days before a deal is expected to close, its customer gets no marketing.
DEAL_QUIET_DAYS = env.int("DEAL_QUIET_DAYS", 14)
# A deal that should have closed so many days ago keeps no marketing back any more; its owner is asked about it.
DEAL_STALE_DAYS = env.int("DEAL_STALE_DAYS", 30)

# Security ---------------------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# The socket's port under each name of ours; behind one proxy the socket is on the page's own origin. A policy knows no
# IPv6 addresses (CSP level 3, section 2.3.1): a page opened by one asks for news by itself.
_page, _live = urlsplit(BASE_URL), urlsplit(LIVE_URL)
_port = f":{_page.port}" if _page.port else ""
_live_sources = [f"{_live.scheme}://{host}:{_live.port}" for host in ALLOWED_HOSTS if _live.port and host[0] != "["]
if _live.hostname and not _live.port:
    _live_sources = [f"{_live.scheme}://{_live.hostname}"]
# From where a page may open the socket.
PAGE_ORIGINS = [BASE_URL, *(f"{_page.scheme}://{host}{_port}" for host in ALLOWED_HOSTS)]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *_live_sources],
        "form-action": [SELF],
        "frame-src": [SELF],  # mail and its previews, in documents whose own policy is an empty sandbox
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

# Work -------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = f"{NAMESPACE}.default"
CELERY_TASK_ROUTES = {
    "engagement.channels.tasks.process_inbound": {"queue": f"{NAMESPACE}.inbound"},
    "engagement.channels.tasks.deliver": {"queue": f"{NAMESPACE}.delivery"},
    "campaigns.tasks.work": {"queue": f"{NAMESPACE}.campaigns"},
}
# What a worker took and did not finish is given to another after this time (Redis); RabbitMQ does so when the
# connection ends, which it notices after two missed heartbeats.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": env.int("BROKER_VISIBILITY_SECONDS", 3600),
    "global_keyprefix": f"{NAMESPACE}:",
    "socket_keepalive": True,
    "socket_connect_timeout": 5,
    "health_check_interval": 10,
}
CELERY_BROKER_HEARTBEAT = 10
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # for ever: nobody restarts a worker that gave up
# A nudge that cannot be sent is not waited for: the sweeps find the work.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.1, "interval_max": 0.2}
CELERY_BEAT_SCHEDULER = "engagement.config.scheduler:LeasedScheduler"
CELERY_TIMEZONE = "UTC"
# What runs regularly, also as a net under every nudge that got lost (seconds).
CELERY_BEAT_SCHEDULE = {
    "relay": {"task": "engagement.events.tasks.relay", "schedule": 5},
    "inbound": {"task": "engagement.channels.tasks.process_inbound", "schedule": 5},
    "check senders": {"task": "engagement.channels.tasks.check_senders", "schedule": 60},
    "deliver": {"task": "engagement.channels.tasks.deliver", "schedule": 2},
    "test channels": {"task": "engagement.channels.tasks.run_channel_tests", "schedule": 10},
    "recover leases": {"task": "engagement.channels.tasks.recover_leases", "schedule": 15},
    "campaigns": {"task": "campaigns.tasks.work", "schedule": 3},
    "wake snoozed": {"task": "conversations.tasks.wake_snoozed", "schedule": 15},
    "remove sources": {"task": "conversations.tasks.remove_sources", "schedule": 3600},
    "squash counts": {"task": "conversations.tasks.squash_counts", "schedule": 30},
    "squash campaigns' counts": {"task": "engagement.channels.tasks.squash_counts", "schedule": 10},
    "count the checklist": {"task": "engagement.operations.tasks.count", "schedule": 15 * 60},
    "count the adoption": {"task": "engagement.operations.tasks.count_adoption", "schedule": 30 * 60},
    "mail notifications": {"task": "collaboration.tasks.regular.mail_notifications", "schedule": 30},
    "watch deadlines": {"task": "collaboration.tasks.regular.watch_deadlines", "schedule": 60},
    "erase people": {"task": "engagement.profiles.tasks.erase", "schedule": 20},
    "tidy words of names": {"task": "engagement.profiles.tasks.tidy_words", "schedule": 24 * 3600},
    "disclose": {"task": "engagement.profiles.tasks.disclose", "schedule": 30},
    "ask about deals": {"task": "engagement.profiles.tasks.ask_about_deals", "schedule": 300},
    "watch data requests": {"task": "engagement.profiles.tasks.watch_requests", "schedule": 300},
    "send notices": {"task": "community.tasks.send_notices", "schedule": 10},
    "recalculate trust": {"task": "community.tasks.recalculate_trust", "schedule": 6 * 3600},
    "forget attributes in time": {"task": "engagement.profiles.tasks.forget_in_time", "schedule": 6 * 3600},
    "look for duplicates": {"task": "engagement.profiles.tasks.look_for_duplicates", "schedule": 60},
    "bring people in": {"task": "engagement.profiles.tasks.bring_people_in", "schedule": 5},
    "keep block lists": {"task": "engagement.profiles.tasks.keep_block_lists", "schedule": 30},
    "forget files of people": {"task": "engagement.profiles.tasks.forget_files", "schedule": 3600},
    "spell aliases": {"task": "engagement.profiles.tasks.spell_aliases", "schedule": 6 * 3600},
    "forget opt-ins": {"task": "engagement.channels.tasks.prune_opt_ins", "schedule": 3600},
    "prune events": {"task": "engagement.events.tasks.prune", "schedule": 3600},
    "partitions": {"task": "engagement.events.tasks.prepare_partitions", "schedule": 6 * 3600},
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 2.0  # seconds for the running tasks, after SIGQUIT
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 200_000  # KiB

# API --------------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "engagement.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["engagement.api.permissions.DeclaredPermission"],
    "DEFAULT_PAGINATION_CLASS": "engagement.api.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "engagement.api.schema.ApiSchema",
    "DEFAULT_PARSER_CLASSES": ["engagement.api.parsers.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.UserRateThrottle",
        "rest_framework.throttling.AnonRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"user": env.str("API_RATE", "1200/min"), "anon": "60/min"},
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "engagement.api.problems.problem_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Vilarejo",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVERS": [{"url": "/", "description": "This installation"}],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "engagement.api.schema.add_common_parts",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ApprovalStateEnum": "collaboration.models.approval.ApprovalRequest.State",
        "DataRequestKindEnum": "engagement.profiles.models.data_request.DataRequest.Kind",
        "ChannelKindEnum": ["email", "sms"],
        "CheckStateEnum": ["ok", "ask", "stop"],
        "DealStageEnum": "engagement.profiles.models.deal.Deal.Stage",
        "DealStandingEnum": ["lead", "negotiation", "closing"],
        "ImportKindEnum": "engagement.profiles.models.people_import.PeopleImport.Kind",
        "IdentityKindEnum": "engagement.profiles.models.profile.Identity.Kind",
        "PostKindEnum": "community.models.post.Post.Kind",
        "PostStateEnum": "community.models.post.Post.State",
        "ReviewKindEnum": "community.models.moderation.Review.Kind",
        "TextKindEnum": "content.models.Kind",
        "TextStateEnum": ["draft", "awaits", "approved", "refused"],
        "IdeaStatusEnum": "community.models.topic.Topic.IdeaStatus",
        "SpaceVisibilityEnum": "community.models.space.Space.Visibility",
        "TopicKindEnum": "community.models.topic.Topic.Kind",
        "TopicStateEnum": "community.models.topic.Topic.State",
        "WorkItemStatusEnum": "engagement.operations.models.plan.WorkItem.Status",
    },
}

# Both are off unless their variable is set, and need requirements-monitoring.txt (docs/monitoring.md).
SENTRY_DSN: str = env.str("SENTRY_DSN", "")
SENTRY_TRACES_SAMPLE_RATE: float = env.float("SENTRY_TRACES_SAMPLE_RATE", 0.0)
OTEL_EXPORTER_OTLP_ENDPOINT: str = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "")
OTEL_SERVICE_NAME: str = env.str("OTEL_SERVICE_NAME", "")
METRICS_TOKEN: str = env.str("METRICS_TOKEN", "")
LOGGING = logging_settings(level=env.str("LOG_LEVEL", "INFO"), as_json=env.bool("LOG_JSON", True))
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Vilarejo",
    "SITE_HEADER": "Vilarejo",
    "SITE_SYMBOL": "home",
    "SITE_URL": "/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/mark.svg")},
    ],
    "SIDEBAR": {"show_search": False, "navigation": "engagement.config.admin_sidebar.navigation"},
    # The house's blue (anil), from faint to deep.
    "COLORS": {
        "primary": {
            "50": "oklch(97% .013 262)",
            "100": "oklch(94% .028 262)",
            "200": "oklch(88% .055 262)",
            "300": "oklch(80% .09 262)",
            "400": "oklch(68% .13 262)",
            "500": "oklch(55% .16 262)",
            "600": "oklch(45% .16 262)",
            "700": "oklch(39% .145 262)",
            "800": "oklch(33% .12 262)",
            "900": "oklch(28% .09 262)",
            "950": "oklch(22% .06 262)",
        }
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
