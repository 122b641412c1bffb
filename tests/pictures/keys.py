"""The page of keys, from the one table of commands and what lists and fields do everywhere."""

from __future__ import annotations

from textual.keys import format_key

from screens.commands import COMMANDS, Command
from screens.keymap import FILE
from wizard.flow.pages import NAMES, ORDER, Page

EVERYWHERE = (
    ("Tab, Shift+Tab", "The next and the previous thing that takes keys"),
    ("↑ ↓, Home, End, PgUp, PgDn", "Move in a list"),
    ("Enter", "Choose the row under the cursor, press a button, take what was typed"),
    ("typing after /", "Only the rows that have every word; Esc leaves the filter"),
)


_PAGE = f"""\
# Keys

Made by `make pictures` from the table from which the footer, the help and the palette come, too. Everything can also be
clicked.

| key | what it does | name |
|---|---|---|
%s

In lists, fields and dialogs:

| key | what it does |
|---|---|
%s

## Your own keys

The file `{FILE}` in the state folder (`runvpc info` says where that is) gives commands other keys, by the names in the
table:

```toml
next_page = "f10"
why = "f2,w"
```
"""


def page_of_keys() -> str:
    """The page, as Markdown."""
    commands = (f"| {_keys(command)} | {command.help}{_where(command)} | `{command.id}` |" for command in COMMANDS)
    return _PAGE % ("\n".join(commands), "\n".join(f"| {keys} | {what} |" for keys, what in EVERYWHERE))


def _keys(command: Command) -> str:
    return ", ".join(f"`{_shown(key)}`" for key in command.keys.split(","))


def _shown(key: str) -> str:
    *modifiers, last = key.split("+")
    name = format_key(last)
    short = len(name) == 1 or name[1:].isdigit()
    return "+".join([*map(str.capitalize, modifiers), name.upper() if short else name.capitalize()])


def _where(command: Command) -> str:
    pages = [NAMES[page] for page in ORDER if page in command.pages] or ["Trace"]
    return "" if command.pages == frozenset(Page) else f" ({', '.join(pages)})"
