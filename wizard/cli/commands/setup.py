"""`runvpc setup`: answers in, plan shown, and after a yes carried out and proven."""

from __future__ import annotations

import asyncio
import os
from argparse import Namespace

from msgspec.structs import replace

from wizard import inventory
from wizard.answer_check import check_answers, missing
from wizard.answers import Answers
from wizard.apply.journal import Journal
from wizard.apply.runner import run as apply
from wizard.cli.answer_flags import gather, given
from wizard.cli.console import Console
from wizard.cli.desk import TerminalDesk
from wizard.cli.documents import whole_document
from wizard.cli.execute import agreed, carry_out, exit_of, finish, require_consent
from wizard.cli.options import Options
from wizard.cli.present import plan_lines
from wizard.cli.readings import readings
from wizard.cli.session import connected
from wizard.desk import Session
from wizard.errors import Exit, InputError
from wizard.export.answers import render
from wizard.paths import find_paths, write_private
from wizard.plan.plan import Plan
from wizard.plan.setup import plan_setup
from wizard.plan.setup.preflight import PERMISSIONS
from wizard.probe.targets import parse
from wizard.tokens import new_token


def run(options: Options, parsed: Namespace, console: Console) -> Exit:
    """Collect the answers, ask for what is missing where somebody can be asked, and set up."""
    flags = given(parsed)
    answers = gather(options.answers, flags)
    if on_screen(options, console):
        return _show(options, answers)
    if console.interactive and (options.answers is None or missing(answers)):
        from wizard.plain import ask

        skip = frozenset({"region"}) if options.sandbox else frozenset()
        answers = ask(answers, console, given=frozenset(flags), everything=options.answers is None, skip=skip)
        check_answers(answers)
    _require_answers(answers, options)
    require_consent(options, console)
    return asyncio.run(_set_up(answers, options, console))


def on_screen(options: Options, console: Console) -> bool:
    """Whether the pages are shown: on a terminal that can draw, unless lines or a plan by answers alone are wanted.

    Textual draws on standard error.
    """
    able = console.stderr.isatty() and os.environ.get("TERM", "") not in ("", "dumb")
    return console.interactive and able and not (options.plain or options.yes or options.dry_run)


def _show(options: Options, answers: Answers) -> Exit:
    from screens.run import run as show

    state = show(TerminalDesk(options), answers, scenario=options.sandbox)
    return Exit.DONE if state is None else exit_of(state)


def _require_answers(answers: Answers, options: Options) -> None:
    """All that is missing in one error, before anything is loaded or contacted."""
    lacking = [(question.key, question.flag) for question in missing(answers)]
    if not options.sandbox and not answers.region:
        lacking.append(("region", "--region"))
    if lacking:
        flags = ", ".join(flag for _, flag in lacking)
        raise InputError(
            f"missing: {', '.join(f'{key} ({flag})' for key, flag in lacking)}",
            field=", ".join(key for key, _ in lacking),
            fix=f"give {flags}, or --answers FILE with these keys; nothing is asked without a terminal",
            code="missing_input",
        )


async def _set_up(answers: Answers, options: Options, console: Console) -> Exit:
    async with connected(options, console, project=answers.project, region=answers.region) as session:
        complete = replace(answers, project=session.project, region=session.region)
        plan = await _plan(session, complete)
        for line in plan_lines(plan):
            console.say(line)
        if plan.blocked or options.dry_run:
            if console.json:
                console.document(whole_document(plan, None))
            return Exit.BLOCKED if plan.blocked else Exit.DONE
        if not agreed(options, console, "Apply this plan?"):
            return Exit.STOPPED
        return await _apply(session, plan, complete, options, console)


async def _plan(session: Session, answers: Answers) -> Plan:
    names = tuple(sorted({reference.partition(":")[0] for reference in answers.secrets.values()}))
    facts = await inventory.read(
        session.cloud,
        session.region,
        answers.service,
        network=answers.network,
        secrets=names,
        permissions=PERMISSIONS,
    )
    return plan_setup(facts, answers, tuple(parse(text) for text in answers.targets), new_token())


async def _apply(session: Session, plan: Plan, answers: Answers, options: Options, console: Console) -> Exit:
    paths = find_paths()
    with Journal.open(paths.journal) as journal, journal.begin(plan, session.environment) as handle:
        write_private(paths.answers(handle.id), render(answers))
        state = await carry_out(apply, handle, session.cloud, console)
    read = await readings(session, plan, state, f"service {answers.service}")
    return finish(plan, state, options, console, read)
