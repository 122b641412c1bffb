"""A person's own keys: `keymap.toml` in the state folder, command = "key,key"."""

from __future__ import annotations

import tomllib
from pathlib import Path

from screens.commands import COMMANDS
from wizard.errors import InputError
from wizard.wording import shown

FILE = "keymap.toml"


def load_keymap(state: Path) -> dict[str, str]:
    """Keys by command id. Raises InputError naming file, command and rule; without a file there are no own keys."""
    path = state / FILE
    if not path.exists():
        return {}
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{FILE}: {error}", field=FILE, fix='lines such as next_page = "f10"') from error
    known = {command.id for command in COMMANDS}
    for name, keys in content.items():
        if name not in known:
            raise InputError(f"{FILE}: no command {shown(name)}", field=name, fix=f"one of {', '.join(sorted(known))}")
        if not isinstance(keys, str) or not keys.strip():
            raise InputError(f"{FILE}: {name}: must be keys as text", field=name, fix=f'for example {name} = "f10"')
    return {name: keys for name, keys in content.items() if isinstance(keys, str)}
