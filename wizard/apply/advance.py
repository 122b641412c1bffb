"""Steps of a run as far as they are not done yet: each starts when those it depends on have ended well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wizard.apply.events import Phase, StepEnded, StepStatus
from wizard.apply.handle import RunHandle
from wizard.apply.perform import perform
from wizard.apply.schedule import Results, schedule
from wizard.apply.schema import JournalError
from wizard.apply.work import Node, Work


async def advance(work: Work, nodes: Sequence[Node]) -> Results:
    """Carry out the nodes that have not ended well before; the results of all of them, None for what a stop kept.

    Raises JournalError, after which nothing more is sent.
    """
    broken: list[JournalError] = []

    async def one(node: Node, before: Results) -> StepEnded | None:
        if broken:
            return None
        try:
            return await _start_if_ready(work, node, before)
        except JournalError as error:
            broken.append(error)
            return None

    results = await schedule(nodes, _ended_before(work.handle, nodes), one)
    if broken:
        raise broken[0]
    return results


async def _start_if_ready(work: Work, node: Node, before: Results) -> StepEnded | None:
    if node.step.always:
        return await _clean_up(work, node, before)
    failed = [id_ for id_, ended in before.items() if ended is not None and not ended.well]
    if failed:
        return _not_started(work, node, f"not started, because of {', '.join(failed)}", code="dependency")
    await work.until_free()
    if work.stop.is_set() or None in before.values():
        return None
    return await perform(work, node)


async def _clean_up(work: Work, node: Node, before: Results) -> StepEnded | None:
    """Whatever became of the steps before, and also after a stop, unless there can be nothing to clean up."""
    made = any(work.handle.step(id_).attempts for id_ in before)
    if made or work.handle.phase is Phase.UNDO:
        return await perform(work, node)
    if None in before.values():
        return None
    return _not_started(work, node, "nothing to clean up")


def _not_started(work: Work, node: Node, why: str, code: str = "") -> StepEnded:
    """With a `code` it is an error that those who depend on this step inherit. What is not undone is left."""
    status = StepStatus.LEFT if work.handle.phase is Phase.UNDO else StepStatus.SKIPPED
    ended = StepEnded(id=node.id, status=status, error=why if code else "", code=code, observed="" if code else why)
    work.handle.ended(ended, settled=False)
    work.show(ended)
    return ended


def _ended_before(handle: RunHandle, nodes: Iterable[Node]) -> dict[str, StepEnded]:
    """What needs no doing again. Cleaning up is done again when what it cleans up after is."""
    ended: dict[str, StepEnded] = {}
    cleaning = {node.id: node for node in nodes if node.step.always and handle.phase is Phase.APPLY}
    for node in nodes:
        record = handle.step(node.id)
        if record.final and record.ended is not None:
            ended[node.id] = record.ended
    again = {id_ for id_, node in cleaning.items() if any(before not in ended for before in node.depends_on)}
    return {id_: end for id_, end in ended.items() if id_ not in again}
