"""Settings that a served instance refuses to start without."""

from __future__ import annotations

import os

import pytest

from tests.runtime.conftest import manage

SERVED = {
    "DATABASE_URL": "postgres://nusa@localhost:1/nusa",
    "REDIS_URL": "redis://localhost:1/0",
    "PUBLIC_URL": "https://nusa.example",
    "SECRET_KEY": "0123456789" * 5,
    "RECEIPT_KEY": "b2YtdGhlLXRlc3RzLTAxMjM0NTY3ODktMDEyMzQ1Njc",
    "SMS_URL": "https://sms.example/send",
}


@pytest.fixture
def served_env(tmp_path):
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**known, **SERVED, "VAR_DIR": str(tmp_path)}


def test_complete_environment_passes_the_deploy_check(served_env):
    checked = manage("check", "--deploy", "--fail-level", "WARNING", env=served_env)

    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("name", ["REDIS_URL", "PUBLIC_URL", "SECRET_KEY", "RECEIPT_KEY"])
def test_missing_variable_is_named(served_env, name):
    del served_env[name]

    refused = manage("check", env=served_env)

    assert refused.returncode == 1
    assert f"{name} must be set: " in refused.stderr


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY must have at least 50 characters"),
        ("RECEIPT_KEY", "too-short", "RECEIPT_KEY must be 32 random bytes in base64url"),
        ("LEDGER_KEY", "too-short", "LEDGER_KEY must be 32 random bytes in base64url"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS must be names, and * is none"),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS must be names, and * is none"),
        ("PUBLIC_URL", "nusa.example", "PUBLIC_URL must be a scheme and a host"),
        ("DATABASE_URL", "mysql://nusa@localhost/nusa", "DATABASE_URL must begin with postgres://"),
        ("TRUSTED_PROXIES", "10.0.0.1,gateway", "TRUSTED_PROXIES: 'gateway' is no address and no network"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not 'LOUD'"),
        ("PAGE_PROCESSES", "0", "PAGE_PROCESSES must be at least 1, not 0"),
        ("SOCKET_PROCESSES", "0", "SOCKET_PROCESSES must be at least 1, not 0"),
        ("PORT", "0", "PORT must be at least 1, not 0"),
        ("PAGE_THREADS", "0", "PAGE_THREADS must be at least 1, not 0"),
        ("REDIS_URL", "http://localhost", "REDIS_URL must begin with redis:// or rediss:// and name a host"),
        ("SMS_URL", "sms.example/send", "SMS_URL must begin with https:// or http:// and name a host"),
        ("PUSH_HOSTS", "https://push.example/", "PUSH_HOSTS must be host names such as push.example"),
        ("VAR_DIR", "/proc/none", "VAR_DIR cannot be made: "),
        ("LEGAL_PROFILE", "bank", "LEGAL_PROFILE must be one of marketplace, social_commerce, chat_only"),
    ],
)
def test_invalid_variable_is_explained(served_env, name, value, sentence):
    served_env[name] = value

    refused = manage("check", env=served_env)

    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr


def test_embedded_starts_without_settings_and_hides_its_secret(served_env, tmp_path):
    for name in SERVED:
        del served_env[name]

    checked = manage("check", env=served_env)

    assert checked.returncode == 0, checked.stderr
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "receipt_key").stat().st_mode & 0o777 == 0o600


def test_runner_without_https_does_not_start(served_env):
    refused = manage("serve_all", env=served_env)

    assert refused.returncode == 1
    assert "PUBLIC_URL is https, and nothing speaks it" in refused.stderr


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SMS_URL": ""}, "SMS_URL is not set: nobody could log in."),
        ({"TLS_CERTIFICATE": "/nowhere/a.pem", "TLS_KEY": "/nowhere/b.pem"}, "TLS_CERTIFICATE: /nowhere/a.pem cannot"),
    ],
)
def test_runner_refuses_unusable_settings(served_env, changes, sentence):
    refused = manage("serve_all", env=served_env | changes)

    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "command",
    [("serve_all",), ("migrate",), ("work",), ("run_jobs",), ("serve_sockets", "--port", "0"), ("top_up", "list")],
    ids=lambda words: words[0],
)
def test_unreachable_database_is_named_in_one_sentence(served_env, command):
    refused = manage(*command, env=served_env | {"TRUSTED_PROXIES": "10.0.0.1"})

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        "CommandError: PostgreSQL at localhost:1 cannot be reached (Connection refused): "
        "start it or correct DATABASE_URL, then try again.\n"
    )


def test_page_process_names_an_unreachable_database_and_exits(served_env):
    refused = manage("serve_pages", "--port", "0", env=served_env)

    assert refused.returncode == 4  # Gunicorn's: the application could not be loaded.
    assert "CommandError: PostgreSQL at localhost:1 cannot be reached (Connection refused)" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "psycopg.pool" not in refused.stderr


@pytest.mark.served_only
@pytest.mark.parametrize(
    ("name", "reason"),
    [("nobody-made-this", 'database "nobody-made-this" does not exist')],
)
def test_database_error_reason_is_quoted(served_env, name, reason):
    served_env["DATABASE_URL"] = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"

    refused = manage("work", env=served_env)

    assert refused.returncode == 1
    assert f"cannot be reached ({reason})" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_traceback_is_shown_on_request(served_env):
    refused = manage("check_ledger", "--traceback", env=served_env)

    assert refused.returncode == 1
    assert "Traceback" in refused.stderr
