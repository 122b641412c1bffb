"""`runvpc probe SERVICE [TARGET…]`: what can this service reach, tested live with its own network settings."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from wizard.answers import Answers, ProbeAnswers
from wizard.apply.journal import Journal
from wizard.apply.runner import run as apply
from wizard.cli import service_name
from wizard.cli.answer_flags import gather, given
from wizard.cli.console import Console
from wizard.cli.documents import whole_document
from wizard.cli.execute import carry_out, finish
from wizard.cli.options import Options
from wizard.cli.present import plan_lines
from wizard.cli.readings import readings
from wizard.cli.session import connected
from wizard.desk import Session
from wizard.errors import Exit, InputError, ReadOnlyError
from wizard.paths import find_paths
from wizard.plan.plan import Plan, Planned
from wizard.plan.step import Change, Op
from wizard.plan.steps.probe import DeleteJob, RunProbe
from wizard.probe.targets import parse
from wizard.records import Job, Ref, Revision, Service
from wizard.tokens import new_token


def run(options: Options, parsed: Namespace, console: Console) -> Exit:
    """Test the named targets, else those of the answers, else those of the latest run for this service."""
    answers = gather(options.answers, given(parsed))
    name = parsed.service_name or answers.service
    service_name.parse(name, "", "")
    targets = tuple(parsed.urls) or answers.targets or _targets_of_latest_run(name)
    for text in targets:
        parse(text)
    if not targets:
        raise InputError(
            "no target is named", field="TARGET", fix="for example redis://10.0.0.3:6379", code="missing_input"
        )
    return asyncio.run(_probe(name, targets, answers, options, console))


def _targets_of_latest_run(service: str) -> tuple[str, ...]:
    path = find_paths().journal
    if not path.exists():
        return ()
    with Journal.open(path) as journal:
        for row in journal.runs():
            steps = [planned.step for planned in journal.load(row.id).plan.steps]
            probes = [step for step in steps if isinstance(step, RunProbe)]
            if probes and any(step.ref.kind == "service" and step.ref.name == service for step in steps):
                return probes[-1].targets
    return ()


async def _probe(name: str, targets: tuple[str, ...], answers: Answers, options: Options, console: Console) -> Exit:
    async with connected(options, console, project=answers.project, region=answers.region) as session:
        ref = service_name.parse(name, session.project, session.region)
        found = await service_name.find(session.cloud, ref)
        plan = probe_plan(ref, found, targets, answers.probe, new_token())
        if options.dry_run:
            for line in plan_lines(plan):
                console.say(line)
            if console.json:
                console.document(whole_document(plan, None))
            return Exit.DONE
        if options.read_only:
            raise ReadOnlyError("create the job of the live test")
        return await _apply(session, plan, f"{ref.kind} {ref.name}", options, console)


async def _apply(session: Session, plan: Plan, sender: str, options: Options, console: Console) -> Exit:
    with Journal.open(find_paths().journal) as journal, journal.begin(plan, session.environment) as handle:
        state = await carry_out(apply, handle, session.cloud, console)
    return finish(plan, state, options, console, await readings(session, plan, state, sender))


def probe_plan(
    ref: Ref, found: Service | Revision | Job, targets: tuple[str, ...], wishes: ProbeAnswers, token: str
) -> Plan:
    """A live test with the settings found, and its removal."""
    job = f"runvpc-probe-{token}"
    probe = RunProbe(
        project=ref.project,
        region=ref.location,
        name=job,
        token=token,
        targets=targets,
        vpc=found.vpc,
        attempts=wishes.attempts,
        timeout=wishes.timeout,
        start_window=wishes.start_window if found.vpc.kind == "direct" else 0.0,
        write=wishes.write,
        image=wishes.image,
        service_account="" if isinstance(found, Revision) else found.service_account,
    )
    clean = DeleteJob(project=ref.project, region=ref.location, name=job)
    removal = Change(op=Op.DELETE, reason="the probe job is never left behind")
    steps = (
        Planned(step=probe, change=probe.decide(None)),
        Planned(step=clean, change=removal, depends_on=(probe.id,)),
    )
    return Plan(flow="probe", project=ref.project, region=ref.location, steps=steps)
