"""The users of a connector as rows: what uses it and how, whose it is, whether it will move, and what keeps it back."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.describe import NOBODY
from wizard.fleet.known_targets import known_targets
from wizard.fleet.model import Fleet, group_of
from wizard.fleet.owner import snippet
from wizard.fleet.users import User
from wizard.plan.plan import Finding, Plan, Severity
from wizard.plan.steps.job import PatchJob
from wizard.plan.steps.service import PatchService
from wizard.records import VpcAccess

USUAL_EGRESS = "private-ranges-only"
MOVES, STAYS, BLOCKED = "moves", "stays", "blocked"


class FleetRow(Struct, frozen=True, kw_only=True):
    """A user of the connector. `word` is `moves`, `stays` or `blocked`, `why` what is said of it, worst first.

    `through` has the template and each revision with share and tags. `movable` is False for what no change of its own
    moves, and for other projects (then `project` says which). `owned`: a tool deploys it; `settled`: its owner's code
    will change as well. `unproven`: it may move without targets. `chosen`: it is wanted. `words` is the change to copy.
    """

    group: str
    kind: str
    word: str
    why: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    egress: str = USUAL_EGRESS
    owner: str = ""
    targets: tuple[str, ...] = ()
    movable: bool = True
    project: str = ""
    settled: bool = False
    unproven: bool = False
    words: str = ""
    chosen: bool = False

    @property
    def filter_words(self) -> str:
        """What a filter also finds it by: `owner:terraform kind:job`."""
        owner = self.owner or NOBODY
        return f"kind:{self.kind} owner:{owner} egress:{self.egress} project:{self.project} is:{self.word}"


def fleet_rows(fleet: Fleet, answers: MigrateAnswers, plan: Plan | None) -> tuple[FleetRow, ...]:
    """Every user: those of this project that can move, then those that cannot, then those of other projects."""
    targets = known_targets(fleet, answers)
    rows = [_row(fleet, answers, plan, user, targets[group_of(user)]) for user in fleet.users]
    rows += [_still(user, "", "no change of its own moves it") for user in fleet.fixed]
    for other in fleet.elsewhere:
        rows += [_still(user, other.project, f"moved from project {other.project}") for user in other.users]
    return tuple(rows)


def _row(fleet: Fleet, answers: MigrateAnswers, plan: Plan | None, user: User, targets: tuple[str, ...]) -> FleetRow:
    group = group_of(user)
    wanted = group in chosen(fleet, answers)
    word = _word(group, plan) if wanted else STAYS
    return FleetRow(
        group=group,
        kind=user.kind,
        word=word,
        why=_said_of(group, plan) if wanted and plan is not None else (),
        through=_through(user),
        egress=user.egress or USUAL_EGRESS,
        owner=user.owner,
        targets=targets,
        chosen=wanted,
        settled=group in answers.acknowledged,
        unproven=group in answers.no_probe,
        words=snippet(user, _future(plan, group, user, answers), fleet.project),
    )


def _still(user: User, project: str, why: str) -> FleetRow:
    return FleetRow(
        group=group_of(user) if user.kind in ("service", "job", "function") else f"{user.kind} {user.name}",
        kind=user.kind,
        word=STAYS,
        why=(why,),
        through=_through(user),
        egress=user.egress or USUAL_EGRESS,
        owner=user.owner,
        movable=False,
        project=project,
    )


def chosen(fleet: Fleet, answers: MigrateAnswers) -> tuple[str, ...]:
    """The groups that are to move, as the answers say."""
    groups = tuple(group_of(user) for user in fleet.users)
    return tuple(group for group in groups if group in (answers.services or groups) and group not in answers.skip)


def choose(fleet: Fleet, answers: MigrateAnswers, groups: Iterable[str], wanted: bool) -> MigrateAnswers:
    """The answers with these groups to be moved, or left."""
    found = dict.fromkeys(groups)
    if wanted:
        named = tuple(dict.fromkeys((*answers.services, *found))) if answers.services else ()
        return replace(answers, services=named, skip=tuple(one for one in answers.skip if one not in found))
    here = {group_of(user) for user in fleet.users}
    return replace(answers, skip=tuple(dict.fromkeys((*answers.skip, *(one for one in found if one in here)))))


def of_owner(fleet: Fleet, group: str) -> tuple[str, ...]:
    """This group and all others that the same tool (or nobody known) deploys."""
    owner = next((user.owner for user in fleet.users if group_of(user) == group), "")
    return tuple(group_of(user) for user in fleet.users if user.owner == owner)


def with_or_without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The names with this one, or without it when it was there."""
    return tuple(one for one in names if one != name) if name in names else (*names, name)


def groups_in(message: str, groups: Iterable[str]) -> tuple[str, ...]:
    """Those of the groups that a finding names."""
    return tuple(g for g in groups if re.search(rf"(?<![\w:.-]){re.escape(g)}(?![\w-])", message))


def summary(rows: Iterable[FleetRow]) -> str:
    """`5 move, 2 blocked, 1 stays`."""
    words = [row.word for row in rows]
    counts = ((MOVES, "move"), (BLOCKED, "blocked"), (STAYS, "stay"))
    return ", ".join(f"{words.count(word)} {name}" for word, name in counts if words.count(word)) or "nothing"


def _word(group: str, plan: Plan | None) -> str:
    """How a user stands that is wanted: without steps it is held back, or has nothing left to be moved."""
    if plan is None or group in plan.groups:
        return MOVES
    done = any(f.code == _DONE and groups_in(f.message, (group,)) for f in plan.findings)
    held = bool(_said_of(group, plan)) or bool(plan.groups)
    return STAYS if done else BLOCKED if held else MOVES


_DONE = "already_moved"
_ORDER = {Severity.BLOCK: 0, Severity.WARN: 1}


def _said_of(group: str, plan: Plan) -> tuple[str, ...]:
    told = [f for f in plan.findings if f.severity in _ORDER or f.code == _DONE]
    said: list[Finding] = [f for f in told if groups_in(f.message, (group,))]
    return tuple(finding.message for finding in sorted(said, key=lambda f: _ORDER.get(f.severity, 2)))


def _through(user: User) -> tuple[str, ...]:
    rows = ["the next revision"] if user.template and user.kind != "job" else []
    rows += ["every execution"] if user.template and user.kind == "job" else []
    for one in user.serving:
        tags = f", tag {', '.join(one.tags)}" if one.tags else ""
        rows.append(f"{one.revision} {one.percent} %{tags}")
    return tuple(rows)


def _future(plan: Plan | None, group: str, user: User, answers: MigrateAnswers) -> VpcAccess:
    """What it will have; as long as its own plan is not made, what another one gets, with its own egress setting."""
    steps = [p for p in plan.steps if isinstance(p.step, PatchService | PatchJob)] if plan is not None else []
    found = {planned.group: planned.step.vpc for planned in steps if isinstance(planned.step, PatchService | PatchJob)}
    if group in found:
        return found[group]
    other = next(
        iter(found.values()), VpcAccess(network=answers.network or "NETWORK", subnet=answers.subnet or "SUBNET")
    )
    return replace(other, egress=user.egress or USUAL_EGRESS)
