"""`runvpc resume RUN`: finish a run that was stopped, cut off, or failed."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from wizard.apply.resume import resume
from wizard.apply.state import replay
from wizard.cli.console import Console
from wizard.cli.documents import whole_document
from wizard.cli.execute import carry_out, finish
from wizard.cli.options import Options
from wizard.cli.present import end_lines
from wizard.cli.readings import readings
from wizard.cli.recorded import attached
from wizard.errors import Exit, ReadOnlyError


def run(options: Options, parsed: Namespace, console: Console) -> Exit:
    """Go on with the run. Its plan was agreed to when it began: nothing is asked again."""
    return asyncio.run(_resume(options, parsed.run, console))


async def _resume(options: Options, name: str, console: Console) -> Exit:
    async with attached(options, console, name) as (session, handle):
        if options.dry_run:
            state = replay(handle.history())
            for line in end_lines(state, options.again):
                console.say(line)
            if console.json:
                console.document(whole_document(handle.plan, state))
            return Exit.DONE
        if options.read_only:
            raise ReadOnlyError("change anything")
        state = await carry_out(resume, handle, session.cloud, console)
        read = await readings(session, handle.plan, state, f"the sender of run {handle.id}")
        return finish(handle.plan, state, options, console, read)
