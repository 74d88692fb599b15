"""
The reverse proxy's configuration, rendered from the table of processes.

The proxy's container renders it at each start (``python -m superapp.core.proxy``), since the trusted proxies are
known only then. Its image has no packages besides Python's own, so this module imports none.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template

from superapp.core import ip_networks
from superapp.core.processes import CONTAINER_PORT, PAGES, SOCKETS

TEMPLATE = Path(__file__).resolve().parent.parent.parent / "docker" / "nginx.conf.template"

HEADERS = """proxy_set_header Host $http_host;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Proto $forwarded_proto;
proxy_set_header X-Request-ID $request_number;"""

# Inside a container.
CONTAINER_RUN_DIR = "/tmp"  # noqa: S108  The container's own directory, in memory.
CONTAINER_STATIC_ROOT = "/srv/static"
CONTAINER_VAR_DIR = "/var/lib/nusa"
CONTAINER_PROXY_PORT = 8_080

# The maximum number of connections of one worker, and of its open files: each connection may send a file.
CONNECTIONS_MAX = 16_384
OPEN_FILES = 2 * CONNECTIONS_MAX

# Kinds of files that are sent with Brotli compression, which nginx itself does not support, and their content types.
BROTLI_TYPES = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
BROTLI_LOCATION = """location ~ "^/-/brotli/(?<hashed>.+\\.{ending})$" {{
    internal;
    alias {static_root}/$hashed.br;
    types {{}}
    default_type {content_type};
    gzip off;
    add_header Content-Encoding br;
    add_header Vary Accept-Encoding;
    add_header Cache-Control "public, max-age=31536000, immutable";
    add_header X-Content-Type-Options nosniff;
}}

"""

# Photos of goods, where they lie on a disk that the proxy reads. In a store they come through a view.
PHOTOS_LOCATION = """# Photos of goods are for everybody, and named by their content: no process of ours is asked.
location ~ "^/media/photo/(([0-9a-f][0-9a-f])[0-9a-f]{{62}}-[0-9]+\\.webp)$" {{
    alias {media_root}/photo/$2/$1;
    add_header Cache-Control "public, max-age=31536000, immutable";
    add_header Content-Security-Policy "default-src 'none'; sandbox";
    add_header Cross-Origin-Resource-Policy same-origin;
    add_header X-Content-Type-Options nosniff;
}}

"""

NO_TRUSTED_PROXIES = """
# No proxy stands in front of ours, so forwarded headers are ignored.
map $scheme $forwarded_proto {
    default $scheme;
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """A TLS certificate, and the port on which it is used."""

    port: int
    certificate: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    The maximum load that one address may cause on the proxy, far above that of all people behind a carrier's
    address.

    ``*_at_once`` requests pass undelayed, further ones up to ``*_burst`` are delayed to the rate, and only then are
    requests refused. At most ``answers_max`` requests may be in progress at the same moment, and ``sockets_max``
    sockets open. ``session_answers_max`` is the same for one session, except for pictures, so that one session
    cannot fill the queue from many addresses.
    """

    requests_per_second: int = 100
    requests_at_once: int = 500
    requests_burst: int = 2_000
    answers_max: int = 64
    session_answers_max: int = 12
    connects_per_second: int = 200
    connects_at_once: int = 1_000
    connects_burst: int = 4_000
    sockets_max: int = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxySite:
    """The directories, port and trusted addresses of one proxy."""

    run_dir: str
    static_root: str
    media_root: str
    port: int
    tls: Tls | None = None
    trusted: Sequence[str] = ()
    # Whether pictures lie in a store that speaks S3, and not below ``media_root``.
    has_store: bool = False
    mime_types: str = "/etc/nginx/mime.types"
    # The user of the workers if nginx is started by root, so that they can read media; else empty.
    user: str = ""
    limits: Limits = Limits()
    # The maximum number of open files of each worker.
    open_files: int = OPEN_FILES


class ProxyMisconfigured(ValueError):
    """A proxy with this configuration could not serve anybody, or would trust all addresses."""


def parse_trusted_proxies(written: str) -> list[str]:
    """
    Parse ``TRUSTED_PROXIES``: addresses and networks, separated by commas.

    :raises ProxyMisconfigured: if one of them is neither
    """
    try:
        return ip_networks.parse_trusted_networks(written.split(","))
    except ValueError as error:
        raise ProxyMisconfigured(f"TRUSTED_PROXIES: {error}") from None


def require_https_termination(public_url: str, *, has_certificate: bool, trusted: Sequence[str]) -> None:
    """
    Check that requests can arrive over https if people are sent to https.

    :raises ProxyMisconfigured: if each page would redirect its visitor to itself, for ever
    """
    if public_url.startswith("https:") and not has_certificate and not trusted:
        raise ProxyMisconfigured(
            "PUBLIC_URL is https, and nothing speaks it: every page would redirect to itself. Give the proxy a"
            " certificate (TLS_CERTIFICATE, TLS_KEY; not in a container), or name what stands in front of it and speaks"
            " https in TRUSTED_PROXIES."
        )


def render_native_config(place: ProxySite, *, pages: Sequence[int], sockets: Sequence[int]) -> str:
    """Render the configuration for processes on ports of this machine."""
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


def render_container_template(place: ProxySite) -> str:
    """
    Render the configuration for containers.

    The addresses of containers change when they are recreated, so names are resolved at run time; a name stands for
    all instances of its program.
    """
    resolver = "\n# The names of containers.\nresolver 127.0.0.11 valid=5s ipv6=off;\n"
    return _render(
        place,
        upstreams=resolver,
        pages=f"set $pages http://{PAGES.name}:{CONTAINER_PORT};\nproxy_pass $pages;",
        sockets=f"set $sockets http://{SOCKETS.name}:{CONTAINER_PORT};\nproxy_pass $sockets;",
    )


def render_container_config(public_url: str, trusted: str, bucket: str = "") -> str:
    """
    Render the configuration of the proxy's container from these values of its environment.

    :raises ProxyMisconfigured: if it could not work
    """
    networks = parse_trusted_proxies(trusted)
    require_https_termination(public_url, has_certificate=False, trusted=networks)
    place = ProxySite(
        run_dir=CONTAINER_RUN_DIR,
        static_root=CONTAINER_STATIC_ROOT,
        media_root=f"{CONTAINER_VAR_DIR}/media",
        port=CONTAINER_PROXY_PORT,
        trusted=networks,
        has_store=bool(bucket),
    )
    return render_container_template(place)


def _servers(ports: Sequence[int]) -> str:
    return "\n    ".join(f"server 127.0.0.1:{port} max_fails=0;" for port in ports)


def _render(place: ProxySite, *, upstreams: str, pages: str, sockets: str) -> str:
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
        trust=_indent(_render_trusted(place.trusted), 1),
        upstreams=_indent(upstreams, 1),
        photos=_render_photos(place),
        brotli=_indent(_render_brotli(place.static_root), 2).rstrip(" "),
        listen=_indent("\n".join(listen), 2).lstrip(),
        pages=_indent(pages, 3).lstrip(),
        sockets=_indent(sockets, 3).lstrip(),
        headers=_indent(HEADERS, 3).lstrip(),
        # With more connections than its file limit allows, nginx warns at start and drops visitors when files run
        # out.
        connections=min(CONNECTIONS_MAX, place.open_files * 3 // 4),
        **asdict(place.limits),
    )


def _render_photos(place: ProxySite) -> str:
    if place.has_store:
        return ""
    return _indent(PHOTOS_LOCATION.format(media_root=place.media_root), 2).lstrip() + "    " * 2


def _render_brotli(static_root: str) -> str:
    return "".join(
        BROTLI_LOCATION.format(ending=ending, content_type=content_type, static_root=static_root)
        for ending, content_type in BROTLI_TYPES.items()
    )


def _render_trusted(addresses: Sequence[str]) -> str:
    if not addresses:
        return NO_TRUSTED_PROXIES
    believed = "\n".join(f"    {address} 1;" for address in addresses)
    real = "\n".join(f"set_real_ip_from {address};" for address in addresses)
    return f"""
# Forwarded headers are accepted from these proxies and never from a visitor.
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


def _indent(text: str, depth: int) -> str:
    return "\n".join("    " * depth + line if line else line for line in text.split("\n"))


if __name__ == "__main__":
    try:
        sys.stdout.write(render_container_config(*sys.argv[1:]))
    except ProxyMisconfigured as misconfigured:
        sys.exit(str(misconfigured))
