"""The live tests of a lesson: as `runvpc probe` makes them, but recorded beside the lesson's sandbox.

Most of them are meant to fail; among the person's own runs they would be offered as unfinished.
"""

from __future__ import annotations

from collections.abc import Sequence

from wizard.apply.events import RunStatus
from wizard.apply.journal import Journal
from wizard.apply.runner import run as apply
from wizard.cli import service_name
from wizard.cli.answer_flags import gather, given
from wizard.cli.commands.probe import probe_plan
from wizard.cli.console import Console
from wizard.cli.documents import whole_document
from wizard.cli.execute import carry_out
from wizard.cli.options import Options
from wizard.cli.parser import parse
from wizard.cli.place import Place
from wizard.cli.session import connected
from wizard.tokens import new_token

JOURNAL = "lesson.db"


async def live_test(place: Place, words: Sequence[str], console: Console) -> dict[str, object]:
    """The document of `runvpc probe …` with these words on the sandbox of a lesson; progress goes to the console.

    Raises CloudError for a service that does not exist, KeyboardInterrupt when it was stopped.
    """
    parsed = parse(words)
    options = Options(sandbox=place.name)
    async with connected(options, console, project=place.project, region=place.region) as session:
        ref = service_name.parse(parsed.service_name, session.project, session.region)
        found = await service_name.find(session.cloud, ref)
        plan = probe_plan(ref, found, tuple(parsed.urls), gather(None, given(parsed)).probe, new_token())
        path = place.sandbox.state_dir / JOURNAL
        with Journal.open(path) as journal, journal.begin(plan, session.environment) as handle:
            state = await carry_out(apply, handle, session.cloud, console)
    if state.status is RunStatus.STOPPED:
        raise KeyboardInterrupt
    return whole_document(plan, state)
