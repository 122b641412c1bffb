"""The change that a user of a connector needs, in the words of whoever manages it: so that the next deploy keeps it.

Of a service or job, gcloud's switch needs two commands to keep all-traffic (facts: traps 5 and 6). Direct VPC egress of
a function says `all` where Cloud Run says `all-traffic`, and has that by default (facts: 2.1).
"""

from __future__ import annotations

import shlex

from msgspec import structs

from wizard.fleet.labels import TERRAFORM, Owner, owner_named
from wizard.fleet.users import User
from wizard.plan.steps import _service_words as words
from wizard.records import VpcAccess

JOB, FUNCTION, SERVICE = "job", "function", "service"

_RESOURCES = {SERVICE: "google_cloud_run_v2_service", JOB: "google_cloud_run_v2_job"}
_COMMANDS = {SERVICE: "services", JOB: "jobs"}
_FUNCTION_EGRESS = {"all-traffic": "all"}


def snippet(user: User, vpc: VpcAccess, project: str = "") -> str:
    """Lines to copy: the new network settings `vpc` where the user's owner has them; `#` starts what is for people.

    Without an egress setting in `vpc` the user's own is kept. An empty project is left out of commands.
    """
    owner = owner_named(user.owner)
    wanted = structs.replace(vpc, egress=vpc.egress or user.egress or words.DEFAULT_EGRESS)
    if user.kind == FUNCTION:
        return "\n".join(_function(user, wanted, owner))
    if user.kind not in _COMMANDS:
        return f"# {user.kind} {user.name}: it keeps its connector until it is deployed in another way, or deleted."
    if owner.words == TERRAFORM:
        return _terraform(user, wanted)
    by_hand = _by_hand(user, wanted, project)
    if not owner.name:
        return "\n".join(by_hand)
    head = f"# {owner.name}: in {owner.place}, {_out(wanted)} and add:"
    return "\n".join([head, f"  {shlex.join(words.vpc_flags(wanted))}", "# By hand, the same:", *by_hand])


def _out(vpc: VpcAccess) -> str:
    """What must go from a deploy command."""
    return "take --network, --subnet and --network-tags out" if vpc.connector else "take --vpc-connector out"


def _by_hand(user: User, vpc: VpcAccess, project: str) -> list[str]:
    """gcloud's commands. Between two of a service no request may meet the revision that is only half right."""
    where = [*([f"--project={project}"] if project else []), f"--region={user.region}"]
    base = ["gcloud", "run", _COMMANDS[user.kind]]
    commands = words.switch_flags(vpc, leaves="direct" if vpc.connector else "connector")
    halting = len(commands) > 1 and user.kind == SERVICE
    held = ["--no-traffic"] if halting else []
    lines = [shlex.join([*base, "update", user.name, *where, *flags, *held]) for flags in commands]
    if not halting:
        return lines
    last = shlex.join([*base, "update-traffic", user.name, *where, "--to-latest"])
    return [*lines, "# All traffic to the new revision; split it instead if it was split:", last]


def _function(user: User, vpc: VpcAccess, owner: Owner) -> list[str]:
    """A 2nd generation function: its own tool deploys it, and would undo what is changed on its service."""
    if owner.words == TERRAFORM:
        place = "the configuration that has the function"
        return [f"# Terraform: in {place}, {words.vpc_words(vpc)} instead of what is there."]
    egress = _FUNCTION_EGRESS.get(vpc.egress, vpc.egress)
    flags = [flag for flag in words.vpc_flags(vpc) if not flag.startswith("--vpc-egress=")]
    if vpc.connector:
        return [f"# In the command that deploys function {user.name}, {_out(vpc)} and add:", f"  {shlex.join(flags)}"]
    flags = [*flags, f"--direct-vpc-egress={egress}"]
    return [
        f"# In the gcloud functions deploy command of {user.name}, take what names the connector out and add:",
        f"  {shlex.join(flags)}",
    ]


def _terraform(user: User, vpc: VpcAccess) -> str:
    """The block of `vpc_access` as a whole, with what goes as a comment."""
    inner = [f"connector = {_quoted(vpc.connector)}"] if vpc.connector else ["# the line with connector goes"]
    inner.append(f"egress = {_quoted(vpc.egress.replace('-', '_').upper())}")
    inner += ["# the block network_interfaces goes"] if vpc.connector else _interface(vpc)
    nested = ["template", "template", "vpc_access"] if user.kind == JOB else ["template", "vpc_access"]
    lines = inner
    for head in (*reversed(nested), f'resource "{_RESOURCES[user.kind]}" "{user.name.replace(".", "_")}"'):
        lines = [f"{head} {{", *(f"  {line}" for line in lines), "}"]
    return "\n".join(lines)


def _interface(vpc: VpcAccess) -> list[str]:
    settings = {"network": vpc.network, "subnetwork": vpc.subnet}
    lines = [f"  {name:10} = {_quoted(value)}" for name, value in settings.items() if value]
    tags = [f"  {'tags':10} = [{', '.join(map(_quoted, vpc.tags))}]"] if vpc.tags else []
    return ["network_interfaces {", *lines, *tags, "}"]


def _quoted(text: str) -> str:
    """A string of Terraform's. Names and links have nothing in them that it would take for more than text."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
