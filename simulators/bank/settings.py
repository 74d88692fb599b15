"""Settings of the simulated bank. They come from its command line, since it shares nothing with the product."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import django
from django.conf import settings
from django.core.management.utils import get_random_secret_key

from payments.adapters import bank_keys
from payments.adapters.bank_keys import BankKeys

HERE = Path(__file__).resolve().parent
BODY_BYTES_MAX = 64 * 1024
LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"]


@dataclass(frozen=True, slots=True)
class Configuration:
    """The keys that the bank shares with its client, and the address at which it reaches the client."""

    keys: BankKeys
    client_url: str


_current: list[Configuration] = []


def current() -> Configuration:
    """Return the configuration of this process."""
    return _current[0]


def configure(*, directory: Path, client_url: str, host: str = "127.0.0.1") -> None:
    """Configure Django and the bank for a directory, and make the keys that are missing in it."""
    bank_keys.ensure_keys(directory)
    _current[:] = [Configuration(bank_keys.load(directory), client_url.rstrip("/"))]
    settings.configure(
        # Signs nothing that outlives this process.
        SECRET_KEY=get_random_secret_key(),
        # Where other machines reach it, its names are not known here.
        ALLOWED_HOSTS=LOOPBACK_NAMES if host in LOOPBACK_NAMES else ["*"],
        INSTALLED_APPS=["simulators.bank"],
        ROOT_URLCONF="simulators.bank.urls",
        MIDDLEWARE=[
            "simulators.bank.pages.OwnPages",
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        # Cookies are of a host, not of a port, and the product has one on the same host.
        CSRF_COOKIE_NAME="simulated_bank_csrf",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(directory / "books.sqlite3"),
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 30,
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
                },
            }
        },
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [HERE / "templates"],
                "OPTIONS": {"context_processors": ["django.template.context_processors.csrf"]},
            }
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATA_UPLOAD_MAX_MEMORY_SIZE=BODY_BYTES_MAX,
        USE_TZ=True,
        TIME_ZONE="Asia/Jakarta",
        USE_I18N=False,
    )
    django.setup()
