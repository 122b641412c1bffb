"""Running nodes of a graph as soon as those they depend on have ended, all that are ready at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from graphlib import TopologicalSorter

from wizard.apply.events import StepEnded
from wizard.apply.work import Node

Results = Mapping[str, StepEnded | None]
"""By node id; None for a node that a stop kept from starting or from ending."""


async def schedule(
    nodes: Sequence[Node],
    ended: Mapping[str, StepEnded],
    perform: Callable[[Node, Results], Awaitable[StepEnded | None]],
) -> Results:
    """The results of all nodes; those in `ended` are taken as they are. `perform` gets the results of the dependencies.

    Raises graphlib.CycleError before anything starts. A dependency that is no node is taken as met.
    """
    ids = {node.id for node in nodes}
    graph = {node.id: tuple(id_ for id_ in node.depends_on if id_ in ids) for node in nodes}
    TopologicalSorter(graph).prepare()
    results: dict[str, StepEnded | None] = dict(ended)
    over = {id_: asyncio.Event() for id_ in ids}

    async def one(node: Node) -> None:
        for id_ in graph[node.id]:
            await over[id_].wait()
        if node.id not in ended:
            results[node.id] = await perform(node, {id_: results[id_] for id_ in graph[node.id]})
        over[node.id].set()

    async with asyncio.TaskGroup() as group:
        for node in nodes:
            group.create_task(one(node))
    return results
