"""`runvpc undo RUN`: take back what a run did, and only that; shown before it is done."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from functools import partial

from wizard.apply.events import GroupStatus, RunStatus
from wizard.apply.rollback import check_group, take_back
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
    return asyncio.run(_undo(options, parsed.run, parsed.group, console))


async def _undo(options: Options, name: str, group: str, console: Console) -> Exit:
    async with attached(options, console, name) as (session, handle):
        if handle.status is RunStatus.UNDONE:
            raise AlreadyUndone(handle.id)
        record = handle.record()
        if group:
            check_group(handle, group)
        plan = undo_plan(record, group or None)
        left = table((item.id, item.reason) for item in left_behind(record)) if not group else []
        for line in [*plan_lines(plan), *(["", "Left as it is", *left] if left else [])]:
            console.say(line)
        if options.dry_run:
            if console.json:
                console.document(whole_document(plan, None))
            return Exit.DONE
        what = f"{group} of run" if group else "run"
        if not agreed(options, console, f"Take back {what} {handle.id}?"):
            return Exit.STOPPED
        action = partial(take_back, group=group) if group else undo
        state = await carry_out(action, handle, session.cloud, console)
        code = finish(plan, state, options, console)
        back = bool(group) and state.group(group).status is GroupStatus.TAKEN_BACK
        return Exit.DONE if back else code
