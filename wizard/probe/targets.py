"""What may be probed: a URL, or `host:port`, as typed by a person. Pure: no name is looked up here."""

from __future__ import annotations

import ipaddress
import re

from wizard.errors import InputError
from wizard.probe.probe import PORTS
from wizard.records import Target

SCHEMES = (*PORTS, "tcp")
"""The schemes of a target's URL; `postgresql` is the same as `postgres`."""

LONGEST = 2000
_SHAPE = re.compile(r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?P<authority>[^/?#]*)(?P<rest>.*)", re.ASCII)
_AUTHORITY = re.compile(r"(?P<host>[^:]*)(?::(?P<port>[0-9]{1,5}))?", re.ASCII)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?", re.ASCII)
_EXAMPLE = "for example redis://10.0.0.3:6379, https://api.example.com/health or 10.0.0.5:5432"


def parse(text: str) -> Target:
    """The target that a text names; InputError (field `targets`) says which rule it breaks, with an example.

    `host:port` without a scheme means that an accepted TCP connection is enough. Credentials are refused, and never
    repeated in the message.
    """
    text = text.strip()
    if not text:
        raise _refused("a target is empty")
    if len(text) > LONGEST:
        raise _refused(f"a target has {len(text)} characters; at most {LONGEST} are allowed")
    shape = _SHAPE.fullmatch(text)
    authority = shape["authority"] if shape else ""
    if "@" in authority:
        raise _refused("a target carries a user name or a password", "leave the credentials out: the probe needs none")
    if shape is None or not text.isprintable() or " " in text:
        raise _refused(f"{_shown(text)} has a blank or a character that cannot be printed")
    scheme = _scheme(shape["scheme"], text)
    host, port = _endpoint(authority, scheme, text)
    _check_rest(shape["rest"], scheme, text)
    return Target(url=text, scheme=scheme, host=host, port=port)


def probe_url(target: Target) -> str:
    """The URL as the probe takes it: always with a scheme."""
    return target.url if "://" in target.url else f"tcp://{target.host}:{target.port}"


def _scheme(given: str | None, text: str) -> str:
    scheme = (given or "tcp").lower()
    if scheme not in SCHEMES:
        raise _refused(f"{_shown(text)}: the scheme is one of {', '.join(SCHEMES)}")
    return "postgres" if scheme == "postgresql" else scheme


def _endpoint(authority: str, scheme: str, text: str) -> tuple[str, int]:
    if authority.count(":") > 1 or authority.startswith("["):
        raise _refused(f"{_shown(text)}: IPv6 is not supported", "give the IPv4 address, such as 10.0.0.3:6379")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise _refused(f"{_shown(text)}: the port is a number from 1 to 65535")
    port = int(parts["port"]) if parts["port"] else PORTS.get(scheme, 0)
    if not parts["port"] and not port:
        raise _refused(f"{_shown(text)}: the port is missing")
    if not 1 <= port <= 65535:
        raise _refused(f"{_shown(text)}: port {port} does not exist; a port is a number from 1 to 65535")
    host = parts["host"].lower().removesuffix(".")
    _check_host(host, text)
    return host, port


def _check_host(host: str, text: str) -> None:
    labels = host.split(".")
    if labels[-1].isdigit():
        _check_address(host, text)
    elif not host or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _refused(f"{_shown(text)}: the host is an IPv4 address or a name of letters, digits, hyphens and dots")
    elif host == "localhost":
        raise _itself(text)


def _check_address(host: str, text: str) -> None:
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        raise _refused(f"{_shown(text)}: {host[:40]} is not an IPv4 address (four numbers from 0 to 255)") from None
    if address.is_loopback or address.is_unspecified:
        raise _itself(text)
    if address.is_multicast or int(address) == 0xFFFFFFFF:
        raise _refused(f"{_shown(text)}: a target is one host, not a multicast or broadcast address")


def _check_rest(rest: str, scheme: str, text: str) -> None:
    """A path and a query are for HTTP; elsewhere a path (a database) is ignored and a query may hold a password."""
    if "#" in rest:
        raise _refused(f"{_shown(text)}: leave out what follows the #")
    if "?" in rest and scheme not in ("http", "https"):
        raise _refused("a target carries options after a ?", "leave them out: the probe needs none")


def _itself(text: str) -> InputError:
    return _refused(f"{_shown(text)} is the container itself", "give the address of the target in its VPC network")


def _refused(message: str, fix: str = _EXAMPLE) -> InputError:
    return InputError(message, field="targets", fix=fix, code="invalid_target")


def _shown(text: str) -> str:
    """The text, cut and free of control characters; not shown at all where it might hold a password."""
    if "@" in text:
        return "a target"
    return repr(text[:60] + ("…" if len(text) > 60 else ""))
