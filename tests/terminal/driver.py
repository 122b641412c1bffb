"""A terminal to run a program in: tmux on a socket of its own, with no configuration, for the time of one test."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from os import environ, getpid
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from types import TracebackType

TMUX = shutil.which("tmux")
WHY_NOT = "needs tmux"

POLL = 0.05
"""Seconds between two looks at the screen."""

_NUMBERS = count(1)

_OPTIONS = (
    *("set-option", "-g", "remain-on-exit", "on", ";"),
    *("set-option", "-gq", "remain-on-exit-format", "", ";"),
    *("set-option", "-g", "default-terminal", "screen-256color", ";"),
    *("set-option", "-sg", "escape-time", "0", ";"),
)
"""The last screen stays to be read, without a line of tmux's own; a lone Escape is not waited on."""

_SIZES = ("COLUMNS", "LINES")
"""Where these are set, Python asks no terminal how large it is."""

_PROGRAM = 'trap : INT; "$@"; echo $? >"$0"'
"""Runs the words and keeps their exit code: tmux 3.3 sometimes loses it when terminal and program end together."""


class Terminal:
    """A program in a terminal of `size` (columns, rows). A context manager: nothing is left when it ends.

    The program has this process's environment and `environment` on top. A value of None takes a variable away.
    """

    def __init__(
        self,
        words: Sequence[str],
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str | None] | None = None,
    ) -> None:
        self._socket = f"runvpc-test-{getpid()}-{next(_NUMBERS)}"
        self._words = words
        self._size = size
        self._environment = dict(environment or {})
        self._folder = TemporaryDirectory(prefix="runvpc-terminal-")
        self._code = Path(self._folder.name) / "exit-code"

    def __enter__(self) -> Terminal:
        columns, rows = map(str, self._size)
        unset = [*_SIZES, *(name for name, value in self._environment.items() if value is None)]
        gone = [word for name in unset for word in ("-u", name)]
        given = [f"{name}={value}" for name, value in self._environment.items() if value is not None]
        program = ["sh", "-c", _PROGRAM, str(self._code), "env", *gone, *given, *self._words]
        session = ["new-session", "-d", "-s", "one", "-x", columns, "-y", rows, "--", *program]
        self._tmux("start-server", ";", *_OPTIONS, *session)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tmux("kill-server")
        self._folder.cleanup()

    # --- the person

    def keys(self, *names: str) -> None:
        """Press keys by tmux's names: `Enter`, `Down`, `Tab`, `BTab`, `Escape`, `C-c`, `F1`, `a`."""
        self._tmux("send-keys", "-t", "one", *names)

    def type(self, text: str) -> None:
        """Type a text as it is."""
        self._tmux("send-keys", "-t", "one", "-l", "--", text)

    def click(self, text: str) -> None:
        """Click the first place where this text stands, as terminals report it (SGR). Raises ValueError without one."""
        rows = [(row, line.index(text)) for row, line in enumerate(self.text().splitlines(), 1) if text in line]
        if not rows:
            raise ValueError(f"nowhere: {text}")
        row, before = rows[0]
        for end in "Mm":
            self.type(f"\x1b[<0;{before + 1};{row}{end}")

    def resize(self, columns: int, rows: int) -> None:
        """Pull the window to another size."""
        self._tmux("resize-window", "-t", "one", "-x", str(columns), "-y", str(rows))

    # --- what is to be seen

    def text(self, *, styles: bool = False) -> str:
        """What stands on the screen now, a line a row; with `styles` including escape sequences."""
        return self._tmux("capture-pane", "-t", "one", "-p", *(["-e"] if styles else []))

    def until(self, wanted: str | Callable[[str], bool], seconds: float = 30) -> str:
        """Look until a text is on the screen, or a condition holds of it. The screen then.

        Raises AssertionError with the screen when that does not come about in time.
        """
        holds = (lambda screen: wanted in screen) if isinstance(wanted, str) else wanted
        end = monotonic() + seconds
        while not holds(screen := self.text()):
            if monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {wanted}\n{screen}")
            sleep(POLL)
        return screen

    def steady(self, seconds: float = 30, calm: float = 0.3) -> str:
        """Wait until the screen has not changed for `calm` seconds."""
        end, since, before = monotonic() + seconds, monotonic(), self.text()
        while monotonic() - since < calm and monotonic() < end:
            sleep(POLL)
            now = self.text()
            if now != before:
                since, before = monotonic(), now
        return before

    def exit_code(self, seconds: float = 30) -> int:
        """Wait for the end of the program. Raises AssertionError with the screen when it goes on."""
        end = monotonic() + seconds
        while not (self._code.exists() and (code := self._code.read_text())):
            if monotonic() > end:
                raise AssertionError(f"no exit code after {seconds} s\n{self.text()}")
            sleep(POLL)
        return int(code)

    @property
    def process(self) -> Path:
        """The folder of the program under /proc (Linux)."""
        shell = self._tmux("display-message", "-t", "one", "-p", "#{pane_pid}").strip()
        children = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
        return Path("/proc") / children[0]

    def _tmux(self, *words: str) -> str:
        command = [TMUX or "tmux", "-u", "-L", self._socket, "-f", "/dev/null", *words]
        inside = {name: value for name, value in environ.items() if name not in ("TMUX", "TMUX_PANE")}
        done = subprocess.run(command, env=inside, capture_output=True, text=True, check=False, timeout=20)
        if done.returncode:
            raise RuntimeError(f"tmux {words[0]}: {done.stderr.strip()}")
        return done.stdout
