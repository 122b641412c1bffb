"""The grammar of `runvpc sandbox …`."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter

_KINDS = "(the kinds of fault)"


class _WithKinds(RawDescriptionHelpFormatter):
    """Reads the table of faults when the help is really shown."""

    def add_text(self, text: str | None) -> None:
        if text == _KINDS:
            from wizard import fault_menu
            from wizard.cli.table import table

            text = "\n".join(["kinds:", *table((kind.form, kind.help) for kind in fault_menu.kinds())])
        super().add_text(text)


def add_sandbox(parser: ArgumentParser, common: ArgumentParser, kind: type[ArgumentParser]) -> None:
    """Add the actions; `kind` is the class of their parsers."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=kind)

    def add(name: str, text: str) -> ArgumentParser:
        return actions.add_parser(name, help=text, description=text, parents=[common], allow_abbrev=False)

    add("serve", "start the simulated cloud and keep it until it is stopped")
    add("stop", "stop it; its state is kept")
    env = add("env", 'makes the clients of this shell use the sandbox: eval "$(runvpc sandbox env)"')
    env.add_argument("--unset", action="store_true", help="the way back: everything as it was before")
    add("reset", "back to the beginning of the scenario")
    state = add("state", "every resource as its API body")
    state.add_argument(
        "prefix", nargs="?", default="", metavar="PREFIX", help="only names that begin so: compute/projects/P/global"
    )
    _add_log(add("log", "every request, with the client that made it"))
    _add_limits(
        add("watch", "every request as it happens, one line each (with --json an object); repeated reads are counted")
    )
    clock = add(
        "clock", "the simulated time: clock, clock pause, clock resume, clock advance 2h, clock speed N|instant"
    )
    clock.add_argument("change", nargs="?", choices=("pause", "resume", "advance", "speed"), help="what to change")
    clock.add_argument("value", nargs="?", default="", help="a duration such as 90s, 2h, 1h30m; or a speed")
    snapshot = add("snapshot", "the whole state under a name: save NAME, restore NAME, list, delete NAME")
    snapshot.add_argument("what", choices=("save", "restore", "list", "delete"), help="what to do")
    snapshot.add_argument("name", nargs="?", default="", metavar="NAME", help="lower-case letters, digits, - and _")
    _add_fault(add("fault", "make calls fail: fault, fault clear [N], fault METHOD KIND"))


def _add_log(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--follow", action="store_true", help="go on with what comes, a line for each request (with --json an object)"
    )
    _add_limits(parser)


def _add_limits(parser: ArgumentParser) -> None:
    parser.add_argument("--for", dest="time", default="", metavar="DURATION", help="end after 90s, 5m (default: never)")
    parser.add_argument("--count", type=int, default=0, metavar="N", help="end after N requests (default: never)")


def _add_fault(parser: ArgumentParser) -> None:
    parser.epilog, parser.formatter_class = _KINDS, _WithKinds
    parser.add_argument(
        "on", nargs="?", default="", metavar="METHOD", help="such as vpcaccess.CreateConnector or run.*, or clear"
    )
    parser.add_argument("kind", nargs="?", default="", metavar="KIND", help="one of those below; of clear, a number")
    parser.add_argument("--times", type=int, metavar="N", help="how often (0: always; usually 1)")
    parser.add_argument("--after", type=int, default=0, metavar="N", help="calls to let through first (default 0)")
    parser.add_argument(
        "--resource", default="", metavar="NAME", help="only calls on this resource, or pattern of names"
    )
    parser.add_argument("--retry-after", type=int, default=0, metavar="SECONDS", help="a header for 429 and 503")
    parser.add_argument("--message", default="", metavar="TEXT", help="what the error says")
