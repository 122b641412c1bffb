"""Rules for names and small numbers that people type, and shortening of names that would break them.

Every `check_…` returns None or raises InputError with the field, the rule and an example. What the person typed is
shown cut and escaped, so that an error stays one short line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from wizard.errors import InputError
from wizard.network.limits import limits
from wizard.network.words import shown

_RFC_1035 = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_CONNECTOR = re.compile(r"[a-z][-a-z0-9]{0,23}[a-z0-9]")
_SERVICE = re.compile(r"[a-z]([-a-z0-9]{0,47}[a-z0-9])?")
_REGION = re.compile(r"[a-z]+-[a-z]+[1-9][0-9]?")
_ZONE = re.compile(r"([a-z]+-[a-z]+[1-9][0-9]?)-[a-z]")
_PROJECT = re.compile(r"([a-z0-9][-a-z0-9.]*:)?[a-z][-a-z0-9]{4,28}[a-z0-9]")

_SUFFIX = 5


def check_resource_name(name: str, *, field: str = "name") -> None:
    """A name of Compute Engine (network, subnet, firewall rule, router): RFC 1035, 1 to 63 characters."""
    if not _RFC_1035.fullmatch(name):
        rule = "1 to 63 lower-case letters, digits and hyphens; first a letter, last not a hyphen"
        raise _error("name", name, field, rule, "my-network")


def check_connector_name(name: str, *, field: str = "connector.name") -> None:
    """The name of an existing connector: what the API enforces (2 to 25 characters)."""
    if not _CONNECTOR.fullmatch(name):
        rule = "2 to 25 lower-case letters, digits and hyphens; first a letter, last not a hyphen"
        raise _error("connector name", name, field, rule, "my-connector")


def check_new_connector_name(name: str, *, field: str = "connector.name") -> None:
    """The name of a connector to create: the API's pattern and the documented, stricter length."""
    check_connector_name(name, field=field)
    longest = limits().connector.name_weight
    if connector_weight(name) > longest:
        rule = f"at most {longest} characters, each hyphen counting twice"
        raise _error("connector name", name, field, rule, new_connector_name(name))


def check_service_name(name: str, *, field: str = "service") -> None:
    """The id of a Cloud Run service or job: fewer than 50 characters."""
    if not _SERVICE.fullmatch(name):
        rule = "1 to 49 lower-case letters, digits and hyphens; first a letter, last not a hyphen"
        raise _error("service name", name, field, rule, "my-service")


def check_network_tag(tag: str, *, field: str = "direct.tags") -> None:
    """One network tag."""
    if not _RFC_1035.fullmatch(tag):
        rule = "1 to 63 lower-case letters, digits and hyphens; first a letter, last not a hyphen"
        raise _error("network tag", tag, field, rule, "cloud-run")


def check_network_tags(tags: tuple[str, ...], *, field: str = "direct.tags") -> None:
    """All network tags of one revision: each well formed, none twice, not too many."""
    for tag in tags:
        check_network_tag(tag, field=field)
    if len(set(tags)) != len(tags):
        double = next(tag for tag in tags if tags.count(tag) > 1)
        raise _error("network tag", double, field, "no tag twice", "cloud-run")
    if len(tags) > limits().direct.tags:
        message = f"{len(tags)} network tags: at most {limits().direct.tags} are possible"
        raise InputError(message, field=field, fix="leave some out")


def check_region(region: str, *, field: str = "region") -> None:
    """The shape of a region's name; whether it exists is for the cloud to say."""
    if zone := _ZONE.fullmatch(region):
        raise InputError(f"{region} is a zone, not a region", field=field, fix=f"for example {zone[1]}")
    if not _REGION.fullmatch(region):
        raise _error("region", region, field, "continent, hyphen, place and number", "us-central1")


def check_project_id(project: str, *, field: str = "project") -> None:
    """A project id (not its number or display name); an old one may carry a domain, `example.com:my-project`."""
    if project.isascii() and project.isdigit():
        raise InputError(
            f"{shown(project)} is a project number, not a project id", field=field, fix="for example my-project-123"
        )
    if not _PROJECT.fullmatch(project):
        rule = "6 to 30 lower-case letters, digits and hyphens; first a letter, last not a hyphen"
        raise _error("project id", project, field, rule, "my-project-123")


def check_machine_type(machine_type: str, *, field: str = "connector.machine_type") -> None:
    """A machine type that a connector can run on."""
    known = limits().connector.machine_types
    if machine_type not in known:
        raise _error("machine type", machine_type, field, f"one of {', '.join(known)}", "e2-micro")


def check_connector_instances(minimum: int, maximum: int, *, field: str = "connector") -> None:
    """Both counts within their limits, and the minimum below the maximum (facts: 1.2)."""
    bounds = limits().connector
    _check_count("min_instances", minimum, bounds.min_instances, field)
    _check_count("max_instances", maximum, bounds.max_instances, field)
    if minimum >= maximum:
        message = f"min_instances {minimum} is not below max_instances {maximum}"
        raise InputError(message, field=f"{field}.max_instances", fix=f"for example {minimum + 1}")


def _check_count(name: str, value: int, bounds: tuple[int, int], field: str) -> None:
    if not bounds[0] <= value <= bounds[1]:
        message = f"{name} is {value}: a connector has {bounds[0]} to {bounds[1]}"
        raise InputError(message, field=f"{field}.{name}", fix=f"for example {bounds[0]}")


def connector_weight(name: str) -> int:
    """The length of a connector's name as Google counts it: a hyphen is two characters (facts: 1.3)."""
    return len(name) + name.count("-")


def shorten(name: str, *, longest: int) -> str:
    """`name` if it has at most `longest` characters; else its beginning and a suffix that only depends on `name`.

    `longest` is at least 8. A valid name gives a valid name.
    """
    return _shorten(name, longest, len)


def new_connector_name(name: str) -> str:
    """Like `shorten`, to what `check_new_connector_name` accepts."""
    return _shorten(name, limits().connector.name_weight, connector_weight)


def _shorten(name: str, longest: int, weight: Callable[[str], int]) -> str:
    if weight(name) <= longest:
        return name
    suffix = "-" + hashlib.sha256(name.encode()).hexdigest()[:_SUFFIX]
    kept = name[:longest]
    while weight(kept + suffix) > longest:
        kept = kept[:-1]
    return kept.rstrip("-") + suffix


def _error(what: str, value: str, field: str, rule: str, example: str) -> InputError:
    return InputError(f"{what} {shown(value)}: must be {rule}", field=field, fix=f"for example {example}")
