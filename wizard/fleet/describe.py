"""The inventory of a connector for people and programs: all that uses it, by owner, and what could not be seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from wizard.fleet.model import Fleet, group_of
from wizard.fleet.owner import snippet
from wizard.fleet.users import User
from wizard.records import Connector, VpcAccess

HEAD = ("USED BY", "THROUGH", "EGRESS")
NOBODY = "no label tells who manages it"

_NETWORK, _SUBNET = "NETWORK", "SUBNET"
"""What stands in a snippet as long as nothing is chosen."""


class Section(Struct, frozen=True, kw_only=True):
    """The users of one owner. Each row has what `HEAD` names."""

    owner: str
    rows: tuple[tuple[str, str, str], ...]

    @property
    def title(self) -> str:
        return f"{self.owner} (its labels say)" if self.owner else NOBODY


def describe(
    fleet: Fleet, *, targets: Mapping[str, tuple[str, ...]] | None = None, vpc: VpcAccess | None = None, text: str = ""
) -> dict[str, Any]:
    """The inventory as JSON. `targets` are URLs by group (`web`, `job:nightly`), `vpc` what the users will get.

    Only users that match `text` are in it; what could not be seen always is.
    """
    known, future = targets or {}, vpc or _future(fleet)
    listed = [user for user in fleet.users if matches(user, text, fleet.project)]
    return {
        "connector": connector_json(fleet.connector, fleet.home) if fleet.connector else None,
        "users": [
            {
                **user_json(user),
                "region": user.region,
                "project": fleet.project,
                "targets": list(known.get(group_of(user), ())),
                "snippet": snippet(user, future, fleet.project),
            }
            for user in listed
        ],
        "fixed": [
            {**user_json(user), "region": user.region, "project": fleet.project}
            for user in fleet.fixed
            if matches(user, text, fleet.project)
        ],
        "unseen": [{"what": gap.what, "why": f"{gap.status}: {gap.message}"} for gap in fleet.unseen],
        "projects": [
            {
                "project": other.project,
                "users": [user_json(user) for user in other.users if matches(user, text, other.project)],
            }
            for other in fleet.elsewhere
        ],
    }


def connector_json(connector: Connector, project: str) -> dict[str, Any]:
    """A connector: where it is, its state, its network and its size. What it does not have is left out."""
    place = {"network": connector.network, "range": connector.range, "subnet": connector.subnet}
    return {
        "name": connector.name,
        "project": project,
        "region": connector.region,
        "state": connector.state,
        **{key: value for key, value in place.items() if value},
        "machine_type": connector.machine_type,
        "min": connector.min_instances,
        "max": connector.max_instances,
    }


def user_json(user: User) -> dict[str, Any]:
    """A user by itself, without its place."""
    return {
        "kind": user.kind,
        "name": user.name,
        "template": user.template,
        "serving": [{"revision": one.revision, "percent": one.percent, "tags": list(one.tags)} for one in user.serving],
        "egress": user.egress,
        "owner": user.owner,
    }


def sections(fleet: Fleet, text: str = "") -> tuple[Section, ...]:
    """Everything that uses the connector and matches `text`: by owner, those whose owner is known first."""
    entries = [(user, "") for user in (*fleet.users, *fleet.fixed) if matches(user, text, fleet.project)]
    entries += [
        (user, other.project) for other in fleet.elsewhere for user in other.users if matches(user, text, other.project)
    ]
    owners = sorted({user.owner for user, _ in entries}, key=lambda owner: (not owner, owner.lower()))
    return tuple(
        Section(owner=owner, rows=tuple(_row(user, project) for user, project in entries if user.owner == owner))
        for owner in owners
    )


def _row(user: User, project: str) -> tuple[str, str, str]:
    where = f" of project {project}" if project else ""
    return f"{user.kind} {user.name}{where}", through(user), user.egress or "private-ranges-only"


def through(user: User) -> str:
    """`template`, and each revision with its share and tags."""
    parts = ["template"] if user.template else []
    for one in user.serving:
        tags = f" tag {', '.join(one.tags)}" if one.tags else ""
        parts.append(f"{one.revision} {one.percent} %{tags}")
    return "; ".join(parts)


def matches(user: User, text: str, project: str = "") -> bool:
    """Whether every word of `text` is somewhere in name, kind, owner, egress setting or project; capitals do not count.

    `key:word` asks one of them alone: `owner:terraform kind:job`. No text matches everything.
    """
    fields = {
        "name": user.name,
        "kind": user.kind,
        "owner": user.owner or NOBODY,
        "egress": user.egress,
        "project": project,
    }
    lowered = {key: value.lower() for key, value in fields.items()}
    return all(_matches(lowered, word) for word in text.lower().split())


def _matches(fields: Mapping[str, str], word: str) -> bool:
    key, colon, value = word.partition(":")
    if colon and key in fields:
        return value in fields[key]
    return any(word in text for text in fields.values())


def _future(fleet: Fleet) -> VpcAccess:
    """The network of the connector, and a subnet that is still to be chosen."""
    found = fleet.connector
    subnets = {(subnet.region, subnet.name): subnet.network for subnet in fleet.inventory.subnets}
    network = (found.network or subnets.get((found.region, found.subnet), "")) if found else ""
    return VpcAccess(network=network or _NETWORK, subnet=_SUBNET)
