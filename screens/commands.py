"""The one table of commands: bindings, footer, palette, help, the keymap file and docs/keys.md are all made from it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs
from textual.binding import Binding, BindingType

from wizard.flow.pages import Page

ANYWHERE: frozenset[Page] = frozenset(Page)
NOWHERE: frozenset[Page] = frozenset()

RUN = frozenset({Page.APPLY})


class Command(Struct, frozen=True, kw_only=True):
    """Something a person can do by a key, by the palette, or by a click.

    `id` names it in the keymap file and is the name of its action; `keys` are comma-separated keys as Textual calls
    them; `pages` those on which it exists, `on_trace` whether it exists on the page of a trace; `footer` whether its
    key is always in sight. With `priority` it works while a text is being typed, too.
    """

    id: str
    keys: str
    title: str
    help: str
    pages: frozenset[Page] = ANYWHERE
    footer: bool = False
    priority: bool = False
    on_trace: bool = False


COMMANDS: tuple[Command, ...] = (
    Command(id="next_page", keys="ctrl+n", title="Next", help="Go to the next page", footer=True, priority=True),
    Command(
        id="back",
        keys="escape",
        title="Back",
        help="Go to the page before; answers are kept",
        footer=True,
        on_trace=True,
    ),
    Command(id="filter", keys="slash", title="Filter", help="Filter the list", footer=True),
    Command(id="why", keys="f2", title="Why", help="Why this matters, and gcloud's words for it", footer=True),
    Command(id="jump", keys="ctrl+o", title="Pages", help="Go to any page", footer=True, priority=True),
    Command(id="trace", keys="t", title="Trace", help="Why does it not connect? The whole path, traced"),
    Command(
        id="trace_source",
        keys="v",
        title="As planned",
        help="See it as it is, or as the plan would make it",
        pages=NOWHERE,
        footer=True,
        on_trace=True,
    ),
    Command(
        id="trace_target",
        keys="g",
        title="Target",
        help="Trace to another target",
        pages=NOWHERE,
        footer=True,
        on_trace=True,
    ),
    Command(
        id="help",
        keys="f1,question_mark",
        title="Help",
        help="Help for what has the focus",
        footer=True,
        on_trace=True,
    ),
    Command(id="refresh", keys="f5", title="Read again", help="Read the project again, or try again", on_trace=True),
    Command(
        id="copy_words",
        keys="ctrl+y",
        title="Copy gcloud",
        help="Copy this page's gcloud words; works over ssh",
        on_trace=True,
    ),
    Command(id="faults", keys="f8", title="Faults", help="Make calls of the sandbox fail"),
    Command(id="theme", keys="f9", title="Theme", help="The next theme: dark, light, high contrast, ANSI"),
    Command(
        id="quit_safely", keys="ctrl+q,ctrl+c", title="Quit", help="Leave; a run is stopped in good order", footer=True
    ),
    Command(id="pause", keys="p", title="Pause", help="Pause after this step, or go on", pages=RUN, footer=True),
    Command(id="stop", keys="s", title="Stop", help="Stop after the call in flight", pages=RUN, footer=True),
    Command(id="log", keys="l", title="Log", help="Show or hide the log", pages=RUN, footer=True),
    Command(id="command_palette", keys="ctrl+p", title="Commands", help="Every command by name", priority=True),
    Command(id="suspend_process", keys="ctrl+z", title="Suspend", help="Back to the shell; fg comes back"),
)


BY_ID = {command.id: command for command in COMMANDS}


def in_footer(id_: str, *, of: str = "app.") -> list[BindingType]:
    """The binding of a command for a page on which its key is in sight; with an empty `of` the page does it itself."""
    return bindings([structs.replace(BY_ID[id_], footer=True)], of=of)


def bindings(commands: Sequence[Command], *, of: str = "") -> list[BindingType]:
    """The bindings of these commands. Their ids are what a keymap file names; `of` is a prefix of their actions."""
    return [
        Binding(
            command.keys,
            of + command.id,
            command.title,
            show=command.footer,
            id=command.id,
            tooltip=command.help,
            priority=command.priority,
        )
        for command in commands
    ]
