"""
Django settings. ``DATABASE_URL`` decides the mode: without it the product is *embedded* (SQLite, one process,
secrets made in ``var/``); with PostgreSQL it is *served*, and refuses to start without its secrets and hosts.
"""

from __future__ import annotations

import os
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import drf_spectacular_sidecar
from csp import constants as csp
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from superapp import databases, directories, env, money_settings, parcel_settings, storages
from superapp.core import feature_gates
from superapp.money_settings import *  # noqa: F403  # Settings of wallets and of the bank.
from superapp.parcel_settings import *  # noqa: F403  # Settings of parcels.
from superapp.qris_settings import *  # noqa: F403  # Settings of codes for payment.
from superapp.sending_settings import *  # noqa: F403  # Settings of what is sent out.

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(
    env.text("VAR_DIR", str(BASE_DIR / "var"), "Where data of this machine lives: database (embedded), media, secrets.")
)
DATABASE_URL = env.text("DATABASE_URL", "", "postgres://user:password@host:port/name; empty for the embedded SQLite.")
SERVED = DATABASE_URL.startswith("postgres")
if DATABASE_URL and not SERVED:
    raise ImproperlyConfigured("DATABASE_URL must begin with postgres://; leave it empty for the embedded SQLite")
REDIS_URL = env.url(
    "REDIS_URL",
    None if SERVED else "",
    "redis://host:port/0, carries hints and jobs between processes; needed served.",
    schemes=("redis", "rediss"),
)
directories.make_directory("VAR_DIR", VAR_DIR)

# The operator, the legal profile and the addresses of this instance.

BRAND_NAME = env.text("BRAND_NAME", "Nusa", "The name people see.")
OPERATOR_NAME = env.text("OPERATOR_NAME", "", "The company or people who run this instance, named on public pages.")
OPERATOR_CONTACT = env.text(
    "OPERATOR_CONTACT", "", "How the public reaches them, shown on public pages: an e-mail address, a number, or both."
)
LEGAL_PROFILE = env.text(
    "LEGAL_PROFILE",
    "marketplace",
    "What the operator may offer: marketplace (all), social_commerce or chat_only (no money).",
)
if LEGAL_PROFILE not in feature_gates.PROFILES:
    raise ImproperlyConfigured(f"LEGAL_PROFILE must be one of {', '.join(feature_gates.PROFILES)}")
HOST = env.text("HOST", "127.0.0.1", "The address that the embedded server listens on; 0.0.0.0 for the whole network.")
PORT = env.port("PORT", 8000, "The port that people reach: of the embedded server, or of the proxy.")
PUBLIC_URL = env.text(
    "PUBLIC_URL", None if SERVED else f"http://localhost:{PORT}", "The address people use, with scheme."
).rstrip("/")
_public = urlsplit(PUBLIC_URL)
if _public.scheme not in ("http", "https") or not _public.hostname or _public.path:
    raise ImproperlyConfigured("PUBLIC_URL must be a scheme and a host, like https://nusa.example")
IS_HTTPS = _public.scheme == "https"


def _embedded_secret(name: str, make: Callable[[], str]) -> str:
    path = VAR_DIR / name
    if not path.exists():
        directories.require_writable("VAR_DIR", VAR_DIR)
        # Linked to its name only when it is complete; of two processes the second finds the first one's file.
        fresh = VAR_DIR / f"{name}.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(make())
        with suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text()


SECRET_KEY = env.text(
    "SECRET_KEY",
    None if SERVED else _embedded_secret("secret_key", get_random_secret_key),
    "Signs sessions and cursors; at least 50 random characters.",
)
if SERVED and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters")
# Receipts are valid for longer than anything else: this key is kept when others are changed.
RECEIPT_KEY = env.text(
    "RECEIPT_KEY",
    None if SERVED else _embedded_secret("receipt_key", lambda: urlsafe_b64encode(os.urandom(32)).decode()),
    "Signs receipts: 32 random bytes in base64url. Keep it safe and keep it: lost, old receipts prove nothing.",
)
if not re.fullmatch(r"[A-Za-z0-9_-]{43}=?", RECEIPT_KEY.strip()):
    raise ImproperlyConfigured("RECEIPT_KEY must be 32 random bytes in base64url")
RECEIPT_KEYS_BEFORE = env.string_list(
    "RECEIPT_KEYS_BEFORE", "", "Public keys (x) of keys before it, separated by commas: their receipts stay ours."
)
if not SERVED:
    LEDGER_KEY = money_settings.LEDGER_KEY or _embedded_secret("ledger_key", money_settings.make_seed)
# Browsers are subscribed for this key, and another one means that all subscribe again.
VAPID_PRIVATE_KEY = env.text(
    "VAPID_PRIVATE_KEY",
    "",
    "Signs push messages (VAPID): manage.py make_push_key makes one; needed served with FOREIGN_PUSH.",
)
if not VAPID_PRIVATE_KEY and not SERVED:
    VAPID_PRIVATE_KEY = _embedded_secret("vapid_key", lambda: urlsafe_b64encode(os.urandom(32)).decode().rstrip("="))
if FOREIGN_PUSH != "off" and not re.fullmatch(r"[A-Za-z0-9_-]{43}=?", VAPID_PRIVATE_KEY):  # noqa: F405
    raise ImproperlyConfigured("FOREIGN_PUSH needs VAPID_PRIVATE_KEY: manage.py make_push_key makes one")
ALLOWED_HOSTS = env.string_list(
    "ALLOWED_HOSTS",
    str(_public.hostname) if SERVED else f"localhost,127.0.0.1,[::1],{_public.hostname}",
    "Host names that are ours, separated by commas; the one of PUBLIC_URL unless others are named.",
)
if not ALLOWED_HOSTS or any("*" in host for host in ALLOWED_HOSTS):
    # A foreign page whose host name resolves to this machine would be treated as ours.
    raise ImproperlyConfigured("ALLOWED_HOSTS must be names, and * is none")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
DEBUG = False
ROOT_URLCONF = "superapp.urls"
ASGI_APPLICATION = "superapp.asgi.application"
WSGI_APPLICATION = "superapp.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "csp",
    "lucide",
    "superapp.core",
    "superapp.realtime",
    "superapp.search",
    "superapp.media",
    "superapp.accounts",
    "superapp.web",
    "superapp.notifications",
    "superapp.addresses",
    "superapp.console",
    "payments",
    "angpao",
    "peer_payments",
    "shop",
    "chat",
    "superapp.wiring",
]

MIDDLEWARE = [
    "superapp.core.logs.log_requests",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "superapp.core.cache_control.default_to_private",
    "csp.middleware.CSPMiddleware",
    "superapp.core.health.answer_health_checks",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages shrink to a seventh; random bytes are added, so that lengths reveal nothing about a page (BREACH).
    "superapp.core.compression.TextCompressionMiddleware",
    "superapp.core.unstorable_characters.drop_unstorable_cookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "superapp.accounts.middleware.person_locale_middleware",
    "superapp.accounts.middleware.DeviceSeenMiddleware",
    "superapp.web.read_throttle.throttle_reads",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "superapp.web.form_throttle.throttle_forms",
    "superapp.core.unstorable_characters.refuse_unstorable_requests",
    "superapp.web.error_pages.render_domain_errors",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "csp.context_processors.nonce",
                "superapp.web.context_processors.shell",
            ],
        },
    },
]

# The database. Served, each request takes a connection from the pool of its process, tested before use, so that a
# restart of PostgreSQL causes no later errors; processes that answer people have a lock timeout (core.lock_timeout).
# Embedded, each thread keeps its own connection.

DATABASE_POOL_MAX = env.positive_integer("DATABASE_POOL_MAX", 20, "Database connections of one served process at most.")

DATABASES = {"default": databases.describe_database(DATABASE_URL, var_dir=VAR_DIR, pool_max=DATABASE_POOL_MAX)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Threads of one process. Each holds a database connection while it works: DATABASE_POOL_MAX exceeds their number.

PAGE_THREADS = env.positive_integer("PAGE_THREADS", 8, "Threads of one process that answer pages and the API.")
COMMAND_THREADS = env.positive_integer("COMMAND_THREADS", 8, "Threads of one process that answer commands of sockets.")
# Loading a page takes five of a person's tokens, a picture one.
READ_TOKENS_PER_SECOND = env.positive_integer(
    "READ_TOKENS_PER_SECOND",
    50,
    "How many pages, times five, one person may open in a second; six seconds' worth at once.",
)
JOB_THREADS = env.positive_integer("JOB_THREADS", 2, "Jobs that one process runs at the same time.")

# Users, sessions, cookies. Sessions are in the database, so that nobody is logged out when Redis stops.

AUTH_USER_MODEL = "accounts.User"
# Sessions of releases up to 0.2.0 name Django's own backend, which finds the same users.
AUTHENTICATION_BACKENDS = [
    "superapp.accounts.adapters.auth_backend.SessionUserBackend",
    "django.contrib.auth.backends.ModelBackend",
]
SESSION_ENGINE = "superapp.accounts.adapters.session_store"
PASSWORD_HASHERS = ["superapp.core.password_hashing.BoundedArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}}
]
LOGIN_URL = "/masuk/"
SESSION_COOKIE_AGE = 90 * 24 * 3600
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "superapp.error_handlers.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# HTTPS. The proxy terminates it, connects to us by plain HTTP, and overwrites what clients claim in the header.

BEHIND_PROXY = env.boolean("BEHIND_PROXY", False, "1 when only our proxy reaches this process; set by what starts it.")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
# The preload list is kept abroad, and a site cannot leave it: the operator's decision.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

# The processes that `serve_all` starts, and the ports of its proxy.

PROXY_TLS_PORT = env.port("TLS_PORT", 443, "The port for https, when the proxy has a certificate.")
PROXY_TLS_CERTIFICATE = env.text(
    "TLS_CERTIFICATE", "", "Path of the certificate chain for the proxy; empty: plain http."
)
PROXY_TLS_KEY = env.text("TLS_KEY", "", "Path of the certificate's key.")
PROXY_TRUSTED = env.network_list(
    "TRUSTED_PROXIES",
    "",
    "Addresses or networks of proxies in front of ours, separated by commas: their word on a visitor's address and"
    " scheme counts.",
)
FIRST_PORT = env.positive_integer(
    "FIRST_PORT", 8100, "Served processes take ports from here on, and 1,000 above for metrics.", at_most=64_000
)
PAGE_PROCESSES = env.positive_integer("PAGE_PROCESSES", 2, "How many processes answer pages and the API when served.")
SOCKET_PROCESSES = env.positive_integer("SOCKET_PROCESSES", 2, "How many processes hold open sockets when served.")
WORK_PROCESSES = env.integer("WORK_PROCESSES", 1, "How many processes do the work that must happen when served.")
JOB_PROCESSES = env.integer("JOB_PROCESSES", 1, "How many processes run jobs when served.")

# Pages may load only our own files, and scripts that carry the nonce of their page.

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [csp.SELF],
        "script-src": [csp.SELF, csp.NONCE],
        "style-src": [csp.SELF, csp.NONCE],
        "img-src": [csp.SELF, "blob:", "data:"],
        "connect-src": [csp.SELF],
        "object-src": [csp.NONE],
        "base-uri": [csp.NONE],
        "frame-ancestors": [csp.NONE],
        "form-action": [csp.SELF],
    },
}

# Browser features that our pages never use are denied; the page that scans allows the camera for itself, and a
# location is read when somebody sends theirs.
_DENIED = ("accelerometer", "browsing-topics", "camera", "gyroscope", "magnetometer", "midi", "payment", "usb")
PERMISSIONS_POLICY: dict[str, str | list[str]] = {name: [] for name in _DENIED}
PERMISSIONS_POLICY |= dict.fromkeys(("geolocation", "microphone", "publickey-credentials-get"), "self")

# Text messages go out as ``sending_settings`` says.

SMS_INBOX = env.boolean(
    "SMS_INBOX", not SERVED, "Without a gateway, keep codes in the developer's inbox, where anybody here can read them."
)

# The bank at which the money of wallets lies; more is in ``money_settings``.

SIMULATED_BANK, SIMULATED_BANK_PORT = money_settings.read_simulated_bank(served=SERVED, port=PORT)
BANK_URL = env.text(
    "BANK_URL",
    "",
    "The address of the bank's SNAP BI services, https://…; empty for no bank, or for the simulated one.",
) or (f"http://127.0.0.1:{SIMULATED_BANK_PORT}" if SIMULATED_BANK else "")
BANK_NAME = env.text("BANK_NAME", "Bank", "The bank's name, as people read it.")
BANKS = env.json_object(
    "BANKS", "{}", "JSON object of the banks people may withdraw to, by code the name; {} for the large ones."
) or (SIMULATED_BANKS if SIMULATED_BANK else LARGE_BANKS)  # noqa: F405
BANK_DIRECTORY = Path(
    env.text(
        "BANK_DIRECTORY", "", "The directory with the keys and numbers agreed with the bank; VAR_DIR/bank if empty."
    )
    or VAR_DIR / "bank"
)

SIMULATED_COURIER, SIMULATED_COURIER_PORT = parcel_settings.read_simulated_courier(served=SERVED, port=PORT)
COURIERS = parcel_settings.choose_couriers(SIMULATED_COURIER, SIMULATED_COURIER_PORT)
COURIER_DIRECTORY = VAR_DIR / "courier"

# Languages and time zone.

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"

# Files. Static ones are public and named by their content; media is private, and sent by views that check access.

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(VAR_DIR / "static"), "Where static files are gathered."))
directories.make_directory("STATIC_ROOT", STATIC_ROOT)
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder", "superapp.web.finders.DeliveredFinder"]
# The viewer of the API's description; only this folder of its package.
STATICFILES_DIRS = [
    ("swagger", Path(drf_spectacular_sidecar.__file__).parent / "static/drf_spectacular_sidecar/swagger-ui-dist")
]
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_ACCEL = env.text(
    "MEDIA_ACCEL",
    "/-/media/" if BEHIND_PROXY else "",
    "The proxy's internal path to MEDIA_ROOT, ending in /; empty to send files ourselves.",
)
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_PHOTO_MEGABYTES = env.positive_integer(
    "MEDIA_PHOTO_MEGABYTES", 20, "How large one uploaded photo may be, in megabytes.", at_most=64
)
MEDIA_QUOTA_MEGABYTES = env.positive_integer(
    "MEDIA_QUOTA_MEGABYTES", 5_000, "How much room the uploads of one person may take, in megabytes."
)
MEDIA_UPLOAD_HOURS = env.positive_integer("MEDIA_UPLOAD_HOURS", 24, "How long an upload may take.", at_most=168)
MEDIA_S3_BUCKET = env.text(
    "MEDIA_S3_BUCKET", "", "The bucket of a store that speaks S3, for uploads; empty to keep them in VAR_DIR/media."
)
MEDIA_S3_ENDPOINT = env.text("MEDIA_S3_ENDPOINT", "", "The address of that store, https://…; no other is contacted.")
MEDIA_S3_REGION = env.text("MEDIA_S3_REGION", "us-east-1", "Its region, as the store names it.")
MEDIA_S3_KEY = env.text("MEDIA_S3_KEY", "", "The access key for it.")
MEDIA_S3_SECRET = env.text("MEDIA_S3_SECRET", "", "The secret of that key.")
STORAGES = {
    "default": storages.describe_storage(
        bucket=MEDIA_S3_BUCKET,
        endpoint=MEDIA_S3_ENDPOINT,
        region=MEDIA_S3_REGION,
        key=MEDIA_S3_KEY,
        secret=MEDIA_S3_SECRET,
    ),
    # Names contain a hash of the content, so that browsers may cache them for ever; each is stored compressed, too.
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# The API: JSON requests and responses, for logged-in users, with our error body.

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["superapp.realtime.rest_format.JsonParser"],
    "DEFAULT_RENDERER_CLASSES": ["superapp.realtime.rest_format.JsonRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "superapp.realtime.rest_format.JsonOnlyNegotiation",
    "EXCEPTION_HANDLER": "superapp.realtime.rest_format.handle_exception",
}

# Logs and metrics.

LOGGING_CONFIG = "superapp.core.logs.configure"
LOG_LEVEL = env.text("LOG_LEVEL", "INFO", "From which level on lines of ours are logged: DEBUG, INFO, WARNING, ERROR.")
if LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR"):
    raise ImproperlyConfigured(f"LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {LOG_LEVEL!r}")
LOGGING = {
    "json": SERVED,
    "level": LOG_LEVEL,
    "access_level": "INFO" if SERVED else "WARNING",
}
METRICS_PORT = env.integer(
    "METRICS_PORT", 0, "The port on which this process answers Prometheus; 0 for none.", at_most=65_535
)
METRICS_HOST = env.text("METRICS_HOST", "127.0.0.1", "The address on which it does; never one that the public reaches.")
