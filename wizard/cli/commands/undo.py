"""`runvpc undo RUN`: take back what a run did, and only that; shown before it is done."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from wizard.apply.events import RunStatus
from wizard.apply.undo import AlreadyUndone, left_behind, undo, undo_plan
from wizard.cli.console import Console
from wizard.cli.documents import whole_document
from wizard.cli.execute import agreed, carry_out, finish, require_consent
from wizard.cli.options import Options
from wizard.cli.present import plan_lines
from wizard.cli.recorded import attached
from wizard.cli.table import table
from wizard.errors import Exit


def run(options: Options, parsed: Namespace, console: Console) -> Exit:
    """Show what will be taken back and what is left, and do it after a yes."""
    require_consent(options, console)
    return asyncio.run(_undo(options, parsed.run, console))


async def _undo(options: Options, name: str, console: Console) -> Exit:
    async with attached(options, console, name) as (session, handle):
        if handle.status is RunStatus.UNDONE:
            raise AlreadyUndone(handle.id)
        record = handle.record()
        plan = undo_plan(record)
        left = table((item.id, item.reason) for item in left_behind(record))
        for line in [*plan_lines(plan), *(["", "Left as it is", *left] if left else [])]:
            console.say(line)
        if options.dry_run:
            if console.json:
                console.document(whole_document(plan, None))
            return Exit.DONE
        if not agreed(options, console, f"Take back run {handle.id}?"):
            return Exit.STOPPED
        state = await carry_out(undo, handle, session.cloud, console)
        return finish(plan, state, options, console)
