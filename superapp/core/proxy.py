"""The reverse proxy's configuration, from the table of processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template

from superapp.core.processes import CONTAINER_PORT, PAGES, SOCKETS

TEMPLATE = Path(__file__).resolve().parent.parent.parent / "docker" / "nginx.conf.template"

HEADERS = """proxy_set_header Host $http_host;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Proto $forwarded_proto;
proxy_set_header X-Request-ID $request_number;"""

NOBODY_TRUSTED = """
# Nobody stands in front of us, so nobody is believed.
map $scheme $forwarded_proto {
    default $scheme;
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """A certificate, and the port on which it is shown."""

    port: int
    certificate: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    The most that one address may ask of the proxy, far above what the people behind a carrier's address do.

    ``*_at_once`` requests pass undelayed, further ones up to ``*_burst`` wait for the rate, and only then are requests
    refused. ``answers_max`` requests may be in the making at the same moment, ``sockets_max`` sockets open.
    """

    requests_per_second: int = 200
    requests_at_once: int = 500
    requests_burst: int = 2_000
    answers_max: int = 500
    connects_per_second: int = 200
    connects_at_once: int = 1_000
    connects_burst: int = 4_000
    sockets_max: int = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a proxy runs: its directories, its port, and whom it believes."""

    run_dir: str
    static_root: str
    media_root: str
    port: int
    tls: Tls | None = None
    trusted: Sequence[str] = ()
    mime_types: str = "/etc/nginx/mime.types"
    # Started by root, it would give up what lets it read media; empty when it is not.
    user: str = ""
    limits: Limits = Limits()


def on_this_machine(place: Place, *, pages: Sequence[int], sockets: Sequence[int]) -> str:
    """The configuration for processes on ports of this machine."""
    upstreams = f"""
upstream pages {{
    {_servers(pages)}
    keepalive 32;
}}

upstream sockets {{
    least_conn;
    {_servers(sockets)}
}}
"""
    return _render(place, upstreams=upstreams, pages="proxy_pass http://pages;", sockets="proxy_pass http://sockets;")


def among_containers(place: Place) -> str:
    """
    The configuration for containers.

    Their addresses change when they are made anew, so names are asked for while running; a name stands for all
    instances of its program.
    """
    resolver = "\n# The names of containers.\nresolver 127.0.0.11 valid=5s ipv6=off;\n"
    return _render(
        place,
        upstreams=resolver,
        pages=f"set $pages http://{PAGES.name}:{CONTAINER_PORT};\nproxy_pass $pages;",
        sockets=f"set $sockets http://{SOCKETS.name}:{CONTAINER_PORT};\nproxy_pass $sockets;",
    )


def _servers(ports: Sequence[int]) -> str:
    return "\n    ".join(f"server 127.0.0.1:{port} max_fails=0;" for port in ports)


def _render(place: Place, *, upstreams: str, pages: str, sockets: str) -> str:
    listen = [f"listen {place.port};"]
    if place.tls:
        listen += [
            f"listen {place.tls.port} ssl http2;",
            f"ssl_certificate {place.tls.certificate};",
            f"ssl_certificate_key {place.tls.key};",
            "ssl_protocols TLSv1.2 TLSv1.3;",
            "ssl_session_cache shared:tls:10m;",
        ]
    return Template(TEMPLATE.read_text()).substitute(
        run_dir=place.run_dir,
        user=f"user {place.user};" if place.user else "",
        static_root=place.static_root,
        media_root=place.media_root,
        mime_types=place.mime_types,
        trust=_indented(_trust(place.trusted), 1),
        upstreams=_indented(upstreams, 1),
        listen=_indented("\n".join(listen), 2).lstrip(),
        pages=_indented(pages, 3).lstrip(),
        sockets=_indented(sockets, 3).lstrip(),
        headers=_indented(HEADERS, 3).lstrip(),
        **asdict(place.limits),
    )


def _trust(addresses: Sequence[str]) -> str:
    if not addresses:
        return NOBODY_TRUSTED
    believed = "\n".join(f"    {address} 1;" for address in addresses)
    real = "\n".join(f"set_real_ip_from {address};" for address in addresses)
    return f"""
# What these say about the visitor is believed; what the visitor says is not.
{real}
real_ip_header X-Forwarded-For;
real_ip_recursive on;
geo $realip_remote_addr $is_believed {{
    default 0;
{believed}
}}
map $is_believed$http_x_forwarded_proto $forwarded_proto {{
    "1https" https;
    "1http" http;
    default $scheme;
}}
"""


def _indented(text: str, depth: int) -> str:
    return "\n".join("    " * depth + line if line else line for line in text.split("\n"))
