"""The guard of push endpoints: nothing inside a network is called, whatever a browser or a name service says."""

from __future__ import annotations

import socket

import pytest

from superapp.notifications.adapters import web_push
from superapp.notifications.adapters.push_endpoints import check_endpoint, is_public_address, resolve_checked
from superapp.notifications.adapters.web_push import PinnedConnection
from superapp.notifications.errors import EndpointRefused


@pytest.fixture(autouse=True)
def _allowed(settings):
    settings.PUSH_HOSTS = ["push.example", ".notify.example"]


@pytest.mark.parametrize(
    ("url", "host", "target"),
    [
        ("https://push.example/wp/abc", "push.example", "/wp/abc"),
        ("https://push.example:443/wp?token=a%2Fb", "push.example", "/wp?token=a%2Fb"),
        ("https://db5.notify.example/w/?token=x", "db5.notify.example", "/w/?token=x"),
        ("https://PUSH.example", "push.example", "/"),
    ],
)
def test_endpoint_of_an_allowed_host_is_parsed(url, host, target):
    found = check_endpoint(url)

    assert (found.host, found.target, found.port) == (host, target, 443)


@pytest.mark.parametrize(
    "url",
    [
        "http://push.example/1",
        "ftp://push.example/1",
        "push.example/1",
        "https://push.example:8443/1",
        "https://push.example:0/1",
        "https://push.example:99999/1",
        "https://push.example@evil.example/1",
        "https://user:pw@push.example/1",
        "https://evil.example/push.example",
        "https://push.example.evil.example/1",
        "https://xpush.example/1",
        "https://notify.example/1",
        "https://127.0.0.1/1",
        "https://[::1]/1",
        "https://[::1/1",
        "https://localhost/1",
        "https://2130706433/1",
        "https://push.example/1#part",
        "https://push.example/ 1",
        "https://push.example/1\r\nX: y",
        "https://push.example\\@127.0.0.1/1",
        "https://pu\u0455h.example/1",
        "https:///1",
        "https://",
        "",
        "https://push.example/" + "a" * 1_000,
    ],
    ids=repr,
)
def test_disguised_endpoint_of_another_host_is_refused(url):
    with pytest.raises(EndpointRefused):
        check_endpoint(url)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111"])
def test_endpoint_at_a_public_address_is_called(address):
    assert is_public_address(address)
    assert resolve_checked("push.example", resolve=lambda _host: [address]) == address


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:0:10.0.0.1",
        "::127.0.0.1",
        "fec0::1",
        "4000::1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:db8::1",
        "2001:0:7f00:1::",
        "localhost",
        "",
    ],
)
def test_endpoint_at_a_private_address_is_refused(address):
    assert not is_public_address(address)
    with pytest.raises(EndpointRefused):
        resolve_checked("push.example", resolve=lambda _host: [address])


def test_private_address_among_public_ones_refuses_the_endpoint():
    with pytest.raises(EndpointRefused):
        resolve_checked("push.example", resolve=lambda _host: ["93.184.216.34", "192.168.0.9"])


def test_unresolvable_endpoint_is_unreachable():
    with pytest.raises(OSError, match="no address"):
        resolve_checked("push.example", resolve=lambda _host: [])


def test_connection_uses_the_checked_address_despite_dns_rebinding(monkeypatch):
    """Rebinding between the check and the connection: the name is not looked up a second time."""
    called = []

    def refuse(address, timeout):
        called.append(address)
        raise ConnectionRefusedError

    def look_up(*_args, **_named):
        raise AssertionError("the name was looked up again")

    monkeypatch.setattr(web_push.socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    import ssl

    connection = PinnedConnection(
        "push.example", 443, address="93.184.216.34", timeout=1, context=ssl.create_default_context()
    )

    with pytest.raises(ConnectionRefusedError):
        connection.connect()

    assert called == [("93.184.216.34", 443)]
