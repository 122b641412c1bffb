"""What people type as a target."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.errors import InputError
from wizard.probe.targets import parse, probe_url


@pytest.mark.parametrize(
    ("text", "scheme", "host", "port", "url"),
    [
        ("redis://10.0.0.3:6379", "redis", "10.0.0.3", 6379, "redis://10.0.0.3:6379"),
        ("rediss://cache.corp.example", "rediss", "cache.corp.example", 6379, "rediss://cache.corp.example"),
        ("postgres://10.0.0.5/orders", "postgres", "10.0.0.5", 5432, "postgres://10.0.0.5/orders"),
        ("postgresql://10.0.0.5", "postgres", "10.0.0.5", 5432, "postgresql://10.0.0.5"),
        ("mysql://db", "mysql", "db", 3306, "mysql://db"),
        ("http://10.0.0.10/a/b?c=d@e", "http", "10.0.0.10", 80, "http://10.0.0.10/a/b?c=d@e"),
        ("https://API.example.com.", "https", "api.example.com", 443, "https://API.example.com."),
        ("  tcp://10.0.0.9:9000 ", "tcp", "10.0.0.9", 9000, "tcp://10.0.0.9:9000"),
        ("10.0.0.3:6379", "tcp", "10.0.0.3", 6379, "tcp://10.0.0.3:6379"),
        ("cache.corp.example:1", "tcp", "cache.corp.example", 1, "tcp://cache.corp.example:1"),
    ],
)
def test_urls_and_endpoints(text: str, scheme: str, host: str, port: int, url: str) -> None:
    target = parse(text)
    assert (target.scheme, target.host, target.port) == (scheme, host, port)
    assert target.url == text.strip()
    assert probe_url(target) == url


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("a" * 10_000, "2000"),
        ("ftp://10.0.0.3", "scheme"),
        ("10.0.0.3", "port is missing"),
        ("tcp://10.0.0.3", "port is missing"),
        ("10.0.0.3:0", "port 0"),
        ("10.0.0.3:65536", "65535"),
        ("10.0.0.3:http", "number"),
        ("10.0.0.3:", "number"),
        ("10.0.0.3:٤٢", "number"),
        ("10.0.0.300:80", "IPv4"),
        ("10.0.0:80", "IPv4"),
        ("010.0.0.1:80", "IPv4"),
        ("redis://[fd00::3]:6379", "IPv6"),
        ("fd00::3", "IPv6"),
        ("[bold]x[/]:80", "IPv6"),
        ("x[bold]:80", "host"),
        ("\N{ROCKET}:80", "host"),
        ("redis://:6379", "host"),
        ("-a:80", "host"),
        ("a..b:80", "host"),
        ("a b:80", "blank"),
        ("a\x1b[31m:80", "printed"),
        ("a\nb:80", "printed"),
        ("127.0.0.1:6379", "container itself"),
        ("redis://localhost", "container itself"),
        ("0.0.0.0:80", "container itself"),
        ("224.0.0.1:80", "multicast"),
        ("http://a/b#c", "#"),
        ("postgres://h/db?password=hunter2", "options"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_the_rule_and_a_way_out(text: str, rule: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(text)
    assert rule in refused.value.message
    assert refused.value.field == "targets"
    assert refused.value.fix
    assert len(refused.value.message) < 300
    assert refused.value.message.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "redis://:hunter2@10.0.0.3:6379",
        "postgres://admin:hunter2@db/orders",
        "admin:hunter2@db:5432",
        "redis://:hunter2/with/slash@10.0.0.3",
        "mysql://a:hunter2 x@db",
        "gopher://a/hunter2@b",
        "postgres://h/db?password=hunter2",
    ],
)
def test_a_password_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(text)
    assert "hunter2" not in refused.value.message + refused.value.fix


@given(st.text(max_size=80))
def test_any_text_is_either_a_target_or_an_input_error(text: str) -> None:
    try:
        target = parse(text)
    except InputError as error:
        assert error.fix
    else:
        assert 1 <= target.port <= 65535
        assert parse(probe_url(target)) == parse(target.url if "://" in target.url else f"tcp://{target.url}")


@given(st.ip_addresses(v=4).filter(lambda a: not (a.is_loopback or a.is_multicast)), st.integers(1, 65535))
def test_every_unicast_address_is_a_host(address: object, port: int) -> None:
    if str(address) in ("0.0.0.0", "255.255.255.255"):
        return
    target = parse(f"redis://{address}:{port}")
    assert (target.address, target.port) == (str(address), port)
