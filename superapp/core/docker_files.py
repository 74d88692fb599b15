"""Generator of the compose file and the example environment from the table of processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from superapp import env
from superapp.core.processes import CONTAINER_PORT, ENVIRONMENT, METRICS_PORT_OFFSET, PROGRAMS, WORK, Program
from superapp.core.proxy import CONTAINER_PROXY_PORT, CONTAINER_STATIC_ROOT, CONTAINER_VAR_DIR

DIRECTORY = Path(__file__).resolve().parent.parent.parent / "docker"
GENERATED_NOTICE = (
    "# Made by `manage.py write_docker` from the table of processes. Change the table and not this file.\n"
)

# Fixed, so that the gateway's address is known: programs on the host appear under it.
NETWORK = "172.31.250.0/24"
# Without these a served instance does not start, or nobody can log in.
REQUIRED_VARIABLES = ("PUBLIC_URL", "SECRET_KEY", "RECEIPT_KEY", "SMS_URL")
# Set by the compose file itself, or for another way of running.
FIXED_VARIABLES = {
    "DATABASE_URL",
    "REDIS_URL",
    "VAR_DIR",
    "STATIC_ROOT",
    "HOST",
    "PORT",
    "FIRST_PORT",
    "METRICS_PORT",
    "METRICS_HOST",
}
FIXED_VARIABLES |= {"BEHIND_PROXY", "MEDIA_ACCEL", "TLS_PORT", "TLS_CERTIFICATE", "TLS_KEY"}
FIXED_VARIABLES |= {"SMS_INBOX", "SIMULATED_BANK", "SIMULATED_BANK_PORT"}
FIXED_VARIABLES |= {"SIMULATED_COURIER", "SIMULATED_COURIER_PORT"}


def render_files() -> dict[Path, str]:
    """Return all generated files by path."""
    return {
        DIRECTORY / "compose.yaml": render_compose_file(),
        DIRECTORY / "env.example": render_env_example(),
    }


def render_compose_file() -> str:
    """Return compose.yaml: one service for each program, and its dependencies."""
    return GENERATED_NOTICE + COMPOSE_HEAD + "".join(_service(program) for program in PROGRAMS) + COMPOSE_TAIL


def render_env_example() -> str:
    """Return env.example: the variables that an operator may set, each with its description."""
    return "\n".join(["# Copy to docker/.env and fill in.", *_variables()]) + "\n"


def _service(program: Program) -> str:
    arguments = program.arguments(host="0.0.0.0", port=CONTAINER_PORT)  # noqa: S104  A network of their own.
    # The epoch's restore marks are kept outside the database (core.epoch).
    names = [name for name, is_used in [("media", program.uses_media), ("epoch", program is WORK)] if is_used]
    mounts = ", ".join(f"{name}:{CONTAINER_VAR_DIR}/{name}" for name in names)
    volumes = f"    volumes: [{mounts}]\n" if names else ""
    return f"""
  # {program.description}
  {program.name}:
    <<: *nusa
    command: [{", ".join(f'"{argument}"' for argument in arguments)}]
    deploy:
      replicas: ${{{program.count_variable}:-{program.count}}}
{volumes}"""


def _variables() -> Iterator[str]:
    yield "\n# The password of the database that the compose file runs: letters and digits.\nPOSTGRES_PASSWORD="
    variables = {variable.name: variable for variable in env.declared_variables if variable.name not in FIXED_VARIABLES}
    for name in REQUIRED_VARIABLES:
        yield f"\n# {variables.pop(name).description}\n{name}="
    yield "\n# What follows has a default.\n"
    for variable in variables.values():
        # The hosts follow from PUBLIC_URL.
        shown = "" if variable.name == "ALLOWED_HOSTS" else variable.default
        yield f"# {variable.description}\n#{variable.name}={shown}"
    yield "# The port on which the proxy is reached; 127.0.0.1:8080 when something on this machine speaks https for it."
    yield f"#PROXY_PORT={CONTAINER_PROXY_PORT}"
    yield "# The network of the containers. What runs on this machine is seen by them as its first address."
    yield f"#CONTAINER_NETWORK={NETWORK}"


_environment = "".join(f'      {name}: "{value}"\n' for name, value in ENVIRONMENT.items())

COMPOSE_HEAD = f"""
name: nusa

x-nusa: &nusa
  image: nusa
  restart: unless-stopped
  read_only: true
  tmpfs: [/tmp]
  init: true
  stop_grace_period: 30s
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
  depends_on:
    migrate: {{condition: service_completed_successfully}}
  env_file: .env
  environment: &environment
      DATABASE_URL: postgres://nusa:${{POSTGRES_PASSWORD:?}}@database:5432/nusa
      REDIS_URL: redis://redis:6379/0
      VAR_DIR: {CONTAINER_VAR_DIR}
      STATIC_ROOT: {CONTAINER_STATIC_ROOT}
      # Reached inside the compose network only: neither port is published.
      HOST: 0.0.0.0
      METRICS_HOST: 0.0.0.0
      METRICS_PORT: "{CONTAINER_PORT + METRICS_PORT_OFFSET}"
{_environment}
services:
  database:
    image: postgres:15
    restart: unless-stopped
    environment:
      POSTGRES_USER: nusa
      POSTGRES_PASSWORD: ${{POSTGRES_PASSWORD:?}}
      POSTGRES_DB: nusa
    volumes: [database:/var/lib/postgresql/data]
    healthcheck: {{test: [CMD, pg_isready, -U, nusa], interval: 2s, timeout: 5s, retries: 60}}

  # Carries hints and job numbers. It keeps nothing that matters, so it keeps nothing.
  redis:
    image: redis:7
    restart: unless-stopped
    command: [redis-server, --save, "", --appendonly, "no"]

  # Brings the database to the newest shape before anything else starts.
  migrate:
    <<: *nusa
    build: {{context: .., dockerfile: docker/Dockerfile, target: app}}
    restart: "no"
    depends_on:
      database: {{condition: service_healthy}}
    command: ["migrate", "--no-input"]
"""

COMPOSE_TAIL = f"""
  proxy:
    build: {{context: .., dockerfile: docker/Dockerfile, target: proxy}}
    restart: unless-stopped
    read_only: true
    tmpfs: [/tmp]
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    depends_on: [pages, sockets]
    # Its configuration is rendered from these at every start.
    environment:
      PUBLIC_URL: ${{PUBLIC_URL:?}}
      TRUSTED_PROXIES: ${{TRUSTED_PROXIES:-}}
      MEDIA_S3_BUCKET: ${{MEDIA_S3_BUCKET:-}}
    ports: ["${{PROXY_PORT:-{CONTAINER_PROXY_PORT}}}:{CONTAINER_PROXY_PORT}"]
    volumes: ["media:{CONTAINER_VAR_DIR}/media:ro"]

networks:
  default:
    ipam: {{config: [{{subnet: "${{CONTAINER_NETWORK:-{NETWORK}}}"}}]}}

volumes:
  database:
  media:
  epoch:
"""
