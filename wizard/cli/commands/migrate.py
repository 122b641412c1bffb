"""`runvpc migrate`: everything that uses a connector, in stages, onto Direct VPC egress, or back."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from pathlib import Path

from msgspec.structs import replace

from wizard.apply.journal import Journal
from wizard.apply.runner import run as apply
from wizard.apply.state import RunState
from wizard.cli.commands.setup import on_screen
from wizard.cli.console import Console
from wizard.cli.documents import whole_document
from wizard.cli.execute import agreed, carry_out, exit_of, finish, require_consent
from wizard.cli.migrate_inventory import show_inventory
from wizard.cli.migrate_parser import with_flags
from wizard.cli.migrate_saved import with_saved_targets
from wizard.cli.options import Options
from wizard.cli.present import plan_lines
from wizard.cli.session import connected
from wizard.desk import Session
from wizard.errors import Exit, InputError
from wizard.export.migrate_answers import render
from wizard.export.migration import render as render_record
from wizard.fleet.answered import read_answered
from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.answers_file import load
from wizard.fleet.finish import plan_finish
from wizard.fleet.planner import plan_migration
from wizard.fleet.rollout import check_waves
from wizard.fleet.sheet import load_targets
from wizard.fleet.validate import check_answers
from wizard.fleet.which import the_connector
from wizard.paths import find_paths, write_named, write_private
from wizard.plan.plan import Plan
from wizard.tokens import new_token


def run(options: Options, parsed: Namespace, console: Console) -> Exit:
    """Collect the answers, and show the inventory, or plan, show, and after a yes move or finish."""
    _require_together(parsed)
    answers = _gather(options, parsed)
    only_looks = parsed.inventory or parsed.finish
    if not only_looks and on_screen(options, console):
        return _show(options, answers)
    if not parsed.inventory:
        require_consent(options, console)
    return asyncio.run(_run(answers, parsed, options, console))


def _require_together(parsed: Namespace) -> None:
    """What means something only beside another flag. Raises InputError."""
    for flag, given, beside, there in (
        ("--csv", parsed.csv is not None, "--inventory", parsed.inventory),
        ("--filter", bool(parsed.filter), "--inventory", parsed.inventory),
        ("--confirm", hasattr(parsed, "answer.finish.confirm"), "--finish", parsed.finish),
    ):
        if given and not there:
            raise InputError(f"{flag} goes with {beside}", field=flag, fix=f"runvpc migrate {beside} {flag} …")


def _gather(options: Options, parsed: Namespace) -> MigrateAnswers:
    answers = load(options.answers) if options.answers is not None else MigrateAnswers()
    answers = with_flags(answers, parsed)
    if parsed.targets_file is not None:
        answers = replace(answers, targets={**answers.targets, **load_targets(parsed.targets_file)})
    check_answers(answers)
    check_waves(answers)
    if not options.sandbox and not answers.region:
        raise InputError(
            "missing: region (--region)", field="region", fix="give --region us-central1", code="missing_input"
        )
    return answers


def _show(options: Options, answers: MigrateAnswers) -> Exit:
    from screens.migrate.run import run as show
    from wizard.cli.desk import TerminalDesk

    state = show(TerminalDesk(options), answers, scenario=options.sandbox)
    return Exit.DONE if state is None else exit_of(state)


async def _run(answers: MigrateAnswers, parsed: Namespace, options: Options, console: Console) -> Exit:
    async with connected(options, console, project=answers.project, region=answers.region) as session:
        answers = replace(answers, project=session.project, region=session.region)
        answers = await the_connector(session.cloud, answers)
        if parsed.inventory:
            return await show_inventory(session, answers, parsed, console)
        answers, told = with_saved_targets(answers, find_paths(), session.environment)
        for line in told:
            console.say(line)
        fleet = await read_answered(session.cloud, session.region, answers, session.open_project)
        plan = (plan_finish if parsed.finish else plan_migration)(fleet, answers, new_token())
        for line in plan_lines(plan):
            console.say(line)
        if plan.blocked or options.dry_run or not plan.steps:
            _record(parsed.record, plan, None, console)
            if console.json:
                console.document(whole_document(plan, None))
            return Exit.BLOCKED if plan.blocked else Exit.DONE
        question = "Delete it?" if parsed.finish else "Apply this plan?"
        if not agreed(options, console, question):
            return Exit.STOPPED
        return await _apply(session, plan, answers, parsed.record, options, console)


async def _apply(
    session: Session, plan: Plan, answers: MigrateAnswers, record: Path | None, options: Options, console: Console
) -> Exit:
    paths = find_paths()
    _record(record, plan, None, console)
    with Journal.open(paths.journal) as journal, journal.begin(plan, session.environment) as handle:
        write_private(paths.answers(handle.id), render(answers))
        state = await carry_out(apply, handle, session.cloud, console)
    _record(record, plan, state, console)
    return finish(plan, state, options, console)


def _record(path: Path | None, plan: Plan, state: RunState | None, console: Console) -> None:
    """Before anything changes, and again when the run has ended."""
    if path is None:
        return
    write_named(path, render_record(plan, state), "--record")
    console.say(f"record for the change ticket: {path}")
