"""`runvpc trace SERVICE TARGET`: why a connection works or does not, from configuration alone."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Sequence

from msgspec import Struct

from wizard.cli import service_name
from wizard.cli.answer_flags import gather, given
from wizard.cli.console import Console
from wizard.cli.options import Options
from wizard.cli.second_opinion import Opinion, check_possible, opinion_lines, second_opinion
from wizard.cli.session import connected
from wizard.cli.trace_compare import comparison_document, comparison_lines, other_side
from wizard.cli.trace_facts import read, read_for
from wizard.cli.trace_lines import trace_lines
from wizard.cli.trace_matrix import show_matrix
from wizard.cli.trace_plan import PLAN, as_planned
from wizard.cli.trace_survey import trace_all
from wizard.desk import Session
from wizard.errors import Exit, InputError, ReadOnlyError
from wizard.inventory import Inventory
from wizard.network.path import trace
from wizard.network.topology import Topology
from wizard.network.tracing import DELIVER, DROP, Origin, Trace
from wizard.plan.repair import Repairs, repairs, repairs_document
from wizard.records import Target
from wizard.trace.compare import Side
from wizard.trace.document import opinion_document, trace_document
from wizard.trace.explain import explain
from wizard.trace.facts import topology_of
from wizard.trace.goals import check_target, goal_of, named_target
from wizard.trace.origins import Subject, likely_network, origin_of, what_if

_ENDS = {DELIVER: Exit.DONE, DROP: Exit.NOT_CONNECTED}


class Asked(Struct, frozen=True, kw_only=True):
    """One question with everything that was read to answer it."""

    subject: Subject
    facts: Inventory
    topology: Topology
    origin: Origin


def run(options: Options, parsed: Namespace, console: Console) -> Exit:
    """Trace one connection; exit code 4 when it is dropped, 1 when the configuration does not tell."""
    if parsed.everything:
        return asyncio.run(_all(options, parsed, console))
    if parsed.matrix:
        return asyncio.run(_matrix(options, parsed, console))
    service, target = _operands(options, parsed)
    service_name.parse(service, "", "")
    if parsed.other:
        service_name.parse(parsed.other, "", "")
    check_target(target)
    if parsed.opinion and parsed.other:
        raise InputError("a second opinion is about one sender", field="--second-opinion", fix="leave --compare out")
    if parsed.opinion and options.read_only:
        raise ReadOnlyError("create a Connectivity Test")
    return asyncio.run(_one(options, parsed, console, service, target))


async def _all(options: Options, parsed: Namespace, console: Console) -> Exit:
    for text in parsed.operands:
        check_target(text)
    async with connected(options, console, project=options.project, region=options.region) as session:
        facts = await read(session, parsed.in_network)
    _say_gaps(facts, console)
    return trace_all(facts, parsed.operands, console)


async def _matrix(options: Options, parsed: Namespace, console: Console) -> Exit:
    """Every kind of destination and every target named, or those of the answers, in both egress modes."""
    words: list[str] = [options.service, *parsed.operands] if options.service else parsed.operands
    service = words[0] if words else ""
    service_name.parse(service, "", "")
    named = words[1:] or list(gather(options.answers, given(parsed)).targets)
    for text in named:
        check_target(text)
    async with connected(options, console, project=options.project, region=options.region) as session:
        ref = service_name.parse(service, session.project, session.region)
        subject = await service_name.find(session.cloud, ref)
        facts = await read_for(session, subject, parsed.in_network)
    targets = tuple(named_target(facts, text) for text in named)
    asked = _asked(options, parsed, facts, subject, targets)
    _say_gaps(facts, console)
    return show_matrix(asked.facts, asked.topology, asked.origin, targets, console)


def _operands(options: Options, parsed: Namespace) -> tuple[str, str]:
    """SERVICE and TARGET; with `--service` the target alone."""
    words: list[str] = parsed.operands
    if options.service and len(words) == 1:
        words = [options.service, *words]
    if len(words) != 2:
        missing = "SERVICE" if not words else "TARGET"
        field, code = (missing, "missing_input") if len(words) < 2 else (words[2][:40], "invalid_input")
        raise InputError(
            "one service and one target are named",
            field=field,
            fix="for example runvpc trace my-service redis://10.0.0.3:6379",
            code=code,
        )
    return words[0], words[1]


async def _one(options: Options, parsed: Namespace, console: Console, service: str, target: str) -> Exit:
    async with connected(options, console, project=options.project, region=options.region) as session:
        ref = service_name.parse(service, session.project, session.region)
        subject = await service_name.find(session.cloud, ref)
        facts = await read_for(session, subject, parsed.in_network)
        wanted = named_target(facts, target)
        asked = _asked(options, parsed, facts, subject, (wanted,))
        found = trace(asked.topology, asked.origin, goal_of(asked.facts, asked.origin, wanted))
        opinion = await _opinion(session, asked, found, console) if parsed.opinion else None
        other = await other_side(session, parsed.other, facts, wanted) if parsed.other else None
    _say_gaps(facts, console)
    if other is not None:
        _show_both(asked, found, other, console)
        return _ENDS.get(found.verdict, Exit.FAILED)
    _show(asked, found, opinion, console)
    return _ENDS.get(found.verdict, Exit.FAILED)


def _asked(options: Options, parsed: Namespace, facts: Inventory, subject: Subject, targets: Sequence[Target]) -> Asked:
    """The question as things are, as the plan of the answers would make them, or with other settings."""
    if parsed.way == PLAN:
        facts, topology, origin = as_planned(facts, subject, gather(options.answers, given(parsed)), targets)
        origin = what_if(facts, origin, "", parsed.mode)
    else:
        topology = topology_of(facts)
        origin = _changed(facts, topology, origin_of(facts, subject), targets, parsed)
    return Asked(subject=subject, facts=facts, topology=topology, origin=origin)


async def _opinion(session: Session, asked: Asked, found: Trace, console: Console) -> Opinion:
    check_possible(session, found)
    return await second_opinion(session, asked.subject, found, console)


def _show(asked: Asked, found: Trace, opinion: Opinion | None, console: Console) -> None:
    if console.json:
        said = opinion_document(opinion.result, opinion.agrees) if opinion is not None else {}
        console.document(_document(asked, found) | said)
        return
    told = trace_lines(found, explain(asked.topology, found).near, _repairs(asked, found))
    for line in (*told, *(opinion_lines(opinion) if opinion is not None else ())):
        console.say(line)


def _document(asked: Asked, found: Trace) -> dict[str, object]:
    explained = explain(asked.topology, found)
    return trace_document(found, explained.near, explained.rows) | repairs_document(_repairs(asked, found))


def _repairs(asked: Asked, found: Trace) -> Repairs:
    return repairs(asked.topology, found, _others(asked.facts))


def _show_both(asked: Asked, found: Trace, other: Side, console: Console) -> None:
    this = Side(subject=asked.subject, topology=asked.topology, origin=asked.origin, trace=found)
    if console.json:
        console.document(_document(asked, found) | comparison_document(this, other))
        return
    for line in comparison_lines(this, other):
        console.say(line)


def _others(facts: Inventory) -> list[Origin]:
    """Every service and job, which a change may concern as well."""
    subjects: tuple[Subject, ...] = (*facts.services, *facts.jobs)
    return [origin_of(facts, subject) for subject in subjects]


def _say_gaps(facts: Inventory, console: Console) -> None:
    for gap in facts.gaps:
        console.note(f"could not read {gap.what}: {gap.message}")


def _changed(
    facts: Inventory, topology: Topology, origin: Origin, targets: Sequence[Target], parsed: Namespace
) -> Origin:
    """The sender as it would be with `--as` and `--egress`; a range is in the network that holds the targets."""
    network = parsed.in_network or origin.network
    if parsed.way and not network:
        network = likely_network(topology, tuple(goal_of(facts, origin, target).address for target in targets))
    return what_if(facts, origin, parsed.way, parsed.mode, network)
