"""The grammar of `runvpc sandbox …`."""

from __future__ import annotations

from argparse import ArgumentParser


def add_sandbox(parser: ArgumentParser, common: ArgumentParser, kind: type[ArgumentParser]) -> None:
    """Add the actions; `kind` is the class of their parsers."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=kind)

    def add(name: str, text: str) -> ArgumentParser:
        return actions.add_parser(name, help=text, description=text, parents=[common], allow_abbrev=False)

    add("serve", "start the simulated cloud and keep it until it is stopped")
    add("stop", "stop it; its state is kept")
    add("env", "settings for gcloud and other clients, to be evaluated by a shell")
    add("reset", "back to the beginning of the scenario")
    add("state", "every resource as its API body")
    add("log", "every request")
    clock = add("clock", "the simulated time: clock, clock advance 2h, clock speed N|instant")
    clock.add_argument("change", nargs="?", choices=("advance", "speed"), help="what to change")
    clock.add_argument("value", nargs="?", default="", help="a duration such as 90s, 2h, 1h30m; or a speed")
    fault = add("fault", "make calls fail: fault, fault clear, fault METHOD KIND")
    fault.add_argument(
        "on", nargs="?", default="", metavar="METHOD", help="such as vpcaccess.CreateConnector, or clear"
    )
    fault.add_argument(
        "kind", nargs="?", default="", metavar="KIND", help="http:503, operation_error, slow, hang, reset, state:ERROR"
    )
    fault.add_argument("--times", type=int, default=1, metavar="N", help="how often (default 1)")
    fault.add_argument("--after", type=int, default=0, metavar="N", help="calls to let through first (default 0)")
    fault.add_argument("--message", default="", metavar="TEXT", help="what the error says")
