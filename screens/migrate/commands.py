"""The keys of a migration's pages: bindings, footer, palette and help are made from these tables."""

from __future__ import annotations

from msgspec import structs

from screens.commands import BY_ID, Command

EVERYWHERE: tuple[Command, ...] = tuple(
    BY_ID[name] for name in ("help", "refresh", "faults", "theme", "quit_safely", "command_palette", "suspend_process")
)
"""Done by the application."""

WAY: tuple[Command, ...] = tuple(BY_ID[name] for name in ("next_page", "back"))
FILTER = structs.replace(BY_ID["filter"], title="Find")

FINISH = Command(
    id="finish", keys="f", title="Finish", help="Delete the connector that nothing uses any more", footer=True
)

INVENTORY: tuple[Command, ...] = (
    Command(id="choose", keys="space", title="Move", help="Move this one, or leave it", footer=True),
    Command(id="all", keys="a", title="All", help="Move all, or none when all move", footer=True),
    Command(id="none", keys="n", title="None", help="Leave all"),
    Command(id="owner", keys="o", title="Owner", help="Move or leave all that the same tool deploys", footer=True),
    Command(id="acknowledge", keys="k", title="Ack", help="Its owner's code will change as well", footer=True),
    Command(id="unproven", keys="p", title="NoProbe", help="It may move without a live test", footer=True),
    Command(id="targets", keys="t", title="Reach", help="Type what it must reach", footer=True),
    Command(id="subnet", keys="u", title="Net", help="An existing subnet, or a range for a new one", footer=True),
    Command(id="connector", keys="c", title="Connector", help="Choose another connector", footer=True),
    FINISH,
)

FINDINGS: tuple[Command, ...] = (
    Command(id="solve", keys="s", title="Solve", help="Do what the finding under the cursor proposes", footer=True),
    Command(id="leave_out", keys="x", title="Leave out", help="Leave the services that it names", footer=True),
    Command(id="view", keys="v,left,right", title="View", help="Findings, or the plan", footer=True),
)

BOARD: tuple[Command, ...] = (
    Command(
        id="roll_back",
        keys="b",
        title="Roll back",
        help="Take back the service or job under the cursor",
        footer=True,
    ),
    Command(id="pause", keys="p", title="Pause all", help="Start no further step, or go on", footer=True),
    Command(id="stop", keys="s", title="Stop", help="Stop after the calls in flight", footer=True),
    Command(id="resume", keys="r", title="Resume", help="Go on with the run", footer=True),
    Command(id="undo", keys="u", title="Undo all", help="Take all of the run back", footer=True),
    Command(id="log", keys="l", title="Log", help="Show or hide the log", footer=True),
)

DONE: tuple[Command, ...] = (
    Command(id="record", keys="m", title="Record", help="The record for the change ticket (Markdown)", footer=True),
    Command(id="undo", keys="u", title="Undo all", help="Take all of the run back", footer=True),
    Command(id="resume", keys="r", title="Resume", help="Go on with the run", footer=True),
    FINISH,
)
