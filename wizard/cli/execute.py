"""Carrying out a run from the command line: consent, progress, signals, and what the end means for the exit code."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from wizard.apply.events import RunStatus
from wizard.apply.handle import RunHandle
from wizard.apply.state import RunState
from wizard.apply.stop import stop_on_signals
from wizard.apply.work import Emit
from wizard.cli.console import Console
from wizard.cli.documents import whole_document
from wizard.cli.options import Options
from wizard.cli.present import end_lines, reading_lines
from wizard.cli.progress import Progress
from wizard.errors import Exit, InputError, ReadOnlyError
from wizard.plan.plan import Plan
from wizard.ports import Cloud
from wizard.trace.reading import Reading

Action = Callable[[RunHandle, Cloud, Emit, asyncio.Event], Awaitable[RunState]]
"""`run`, `resume` or `undo` of `wizard.apply`."""


def require_consent(options: Options, console: Console) -> None:
    """Raise InputError when nobody could be asked and nobody said --yes. Costs nothing: comes before any connection."""
    if not (options.yes or options.dry_run or console.interactive):
        raise InputError(
            "nothing is changed without a yes, and there is no terminal to ask on",
            field="--yes",
            fix="--yes applies the plan, --dry-run only shows it",
            code="missing_input",
        )


def agreed(options: Options, console: Console, question: str) -> bool:
    """Whether the person agrees: by --yes, or by typing `yes`. Raises ReadOnlyError with --read-only."""
    if options.read_only:
        raise ReadOnlyError("change anything")
    if options.yes:
        return True
    try:
        answer = console.ask(f"\n{question} Type yes to go on: ")
    except EOFError:
        answer = ""
    if answer.strip().lower() == "yes":
        return True
    console.say("nothing was changed")
    return False


async def carry_out(action: Action, handle: RunHandle, cloud: Cloud, console: Console) -> RunState:
    """Run the action with progress lines; signals stop it in good order."""
    stop = asyncio.Event()
    progress = Progress(console.say)
    beat = asyncio.create_task(progress.heartbeat())
    console.say()
    try:
        with stop_on_signals(stop, console.say):
            return await action(handle, cloud, progress, stop)
    finally:
        beat.cancel()


def finish(
    plan: Plan, state: RunState, options: Options, console: Console, readings: Mapping[str, Reading] | None = None
) -> Exit:
    """Tell how the run ended, as lines or as the document, and give the exit code."""
    for target, reading in (readings or {}).items():
        for line in reading_lines(target, reading):
            console.say(line)
    console.say()
    for line in end_lines(state, options.again):
        console.say(line)
    if console.json:
        console.document(whole_document(plan, state, readings))
    return exit_of(state)


def exit_of(state: RunState) -> Exit:
    """0 when the run is done or undone; 4 when only live tests failed; 130 when stopped; else 1."""
    if state.status in {RunStatus.DONE, RunStatus.UNDONE}:
        return Exit.DONE
    if state.status is RunStatus.STOPPED:
        return Exit.STOPPED
    causes = {step.code for step in state.steps if step.error and step.code != "dependency"}
    causes |= {group.code for group in state.groups if group.code}
    return Exit.NOT_CONNECTED if causes == {"not_connected"} else Exit.FAILED
