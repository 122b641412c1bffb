"""A plan as Terraform: what its steps contribute, merged by address and tied together in the plan's order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wizard.export import hcl
from wizard.plan.plan import Plan, Planned
from wizard.plan.step import Block, Op
from wizard.wording import one_line


@dataclass
class _Resource:
    """One resource in the making: merged attributes, notes for people, and the addresses that come before it."""

    type: str
    label: str
    attributes: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{self.type}.{self.label}"


def render(plan: Plan) -> str:
    """A file for the `google` provider, formatted as `terraform fmt` formats it.

    Resources that were found as wanted are not in it; what exists and is changed says so in a comment.
    """
    resources: dict[str, _Resource] = {}
    made: dict[str, list[str]] = {}
    left_out: list[str] = []
    for planned in plan.ordered():
        blocks = planned.step.terraform() if planned.change.op.writes else ()
        made[planned.id] = _add(resources, planned, blocks, _before(plan, planned, made))
        if not blocks:
            left_out.append(f"# {one_line(planned.step.title)}: {planned.change.op}, {one_line(planned.change.reason)}")
    head = f"# {plan.flow}: project {plan.project}, region {plan.region}. Written by runvpc."
    parts = ["\n".join([head, *_note(left_out)]), *(_text(r) for r in resources.values())]
    return "\n\n".join(parts) + "\n"


def _note(left_out: list[str]) -> list[str]:
    return ["# Not in this file:", *left_out] if left_out else []


def _add(resources: dict[str, _Resource], planned: Planned, blocks: tuple[Block, ...], before: list[str]) -> list[str]:
    """Merge a step's blocks; each comes after those before it. Returns their addresses."""
    addresses: list[str] = []
    for block in blocks:
        new = _Resource(block.type, hcl.label(block.label))
        resource = resources.setdefault(new.address, new)
        resource.attributes = _merged(resource.attributes, block.attributes)
        resource.after += [a for a in (*before, *addresses) if a not in resource.after and a != resource.address]
        if planned.change.op is Op.CHANGE:
            resource.notes.append("Exists already: import it, or add these settings to the resource that you have.")
        addresses.append(resource.address)
    return addresses


def _before(plan: Plan, planned: Planned, made: dict[str, list[str]]) -> list[str]:
    """Addresses of the nearest earlier steps that contribute any."""
    found: list[str] = []
    for id_ in planned.depends_on:
        found += made[id_] or _before(plan, plan.step(id_), made)
    return list(dict.fromkeys(found))


def _merged(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    result = dict(old)
    for name, value in new.items():
        held = result.get(name)
        if isinstance(held, Mapping) and isinstance(value, Mapping):
            result[name] = _merged(held, value)
        elif isinstance(held, list) and isinstance(value, list):
            result[name] = held + [item for item in value if item not in held]
        else:
            result[name] = value
    return result


def _text(resource: _Resource) -> str:
    notes = [f"# {note}" for note in resource.notes]
    head = f'resource "{resource.type}" "{resource.label}"'
    return "\n".join([*notes, hcl.block(head, resource.attributes, resource.after)])
