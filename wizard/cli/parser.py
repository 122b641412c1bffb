"""The command line's grammar. Light: showing help loads nothing that talks to a cloud or draws a screen."""

from __future__ import annotations

import argparse
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from wizard import __version__
from wizard.cli import answer_flags
from wizard.cli.argv import scenario_names, with_sandbox_value
from wizard.cli.migrate_parser import add_migrate
from wizard.cli.options import DEFAULT_SPEED, INSTANT
from wizard.cli.sandbox_parser import add_sandbox
from wizard.errors import InputError
from wizard.wording import shown

COMMANDS = frozenset(
    {
        "setup",
        "migrate",
        "status",
        "probe",
        "trace",
        "ranges",
        "runs",
        "resume",
        "undo",
        "export",
        "learn",
        "sandbox",
        "info",
    }
)
LATER = frozenset({"scale"})
"""Commands of later versions."""

_EPILOG = """exit codes: 0 done, 1 failed, 2 wrong or missing input, 3 the plan has a blocking finding,
4 a probe did not connect or a trace says DROP, 130 stopped. RUN is an id, a unique prefix, or last."""


class Parser(ArgumentParser):
    """Says what is wrong as an InputError, so that it can be one line or one JSON document."""

    def error(self, message: str) -> NoReturn:
        raise InputError(shown(message, 300)[1:-1], field=_field(message), fix=f"{self.prog} --help")


def _field(message: str) -> str:
    """The option or operand that argparse's message is about."""
    words = message.split()
    if words[:1] == ["argument"]:
        return words[1].rstrip(":").split("/")[0]
    return words[-1][:40] if words else ""


def parse(argv: Sequence[str]) -> Namespace:
    """The command line as argparse sees it. Raises InputError; SystemExit(0) after printing help or version."""
    parser = _parser()
    parsed, rest = parser.parse_known_args(with_sandbox_value(argv, COMMANDS | LATER))
    if rest and (parsed.command != "trace" or any(word.startswith("-") for word in rest)):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        parsed.operands += rest  # argparse takes operands in one run only: `trace SERVICE --as … TARGET`
    return parsed


def _parser() -> Parser:
    common = _common()
    parser = Parser(
        prog="runvpc",
        description="Connect Google Cloud Run to a private VPC network, and prove that it works.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common],
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"runvpc {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)

    def add(name: str, text: str) -> ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[common], allow_abbrev=False)

    answer_flags.add_flags(add("setup", "connect a service to a VPC network: plan, live test, change, undoable"))
    add_migrate(add("migrate", "move everything off a connector to Direct VPC egress, step by step, or back"))
    _add_status(add("status", "what a service is connected to; with connector:NAME, who uses the connector"))
    _add_probe(add("probe", "test live, with the settings of a service, what it can reach"))
    _add_trace(add("trace", "why a connection works or does not: the path, the rule that decides, the fix"))
    _add_ranges(add("ranges", "free address ranges in a network, and what takes the others"))
    add("runs", "what was done so far")
    _add_run(add("resume", "finish a run that was stopped or failed"))
    _add_undo(add("undo", "take back what a run did, and only that"))
    _add_cleanup(add("cleanup", "try again to remove what was still in use, also hours later"))
    _add_export(add("export", "a run as a script, as Terraform, as Markdown or as answers"))
    _add_learn(add("learn", "lessons on a simulated cloud: read, predict, look, do, be graded"))
    add_sandbox(add("sandbox", "the simulated cloud"), common, Parser)
    add("info", "identity, versions, and where every file is")
    return parser


def _common() -> Parser:
    parent = Parser(add_help=False, argument_default=SUPPRESS, allow_abbrev=False)
    group = parent.add_argument_group("common options")
    for key in sorted(answer_flags.COMMON):
        answer_flags.add_flag(group, key)
    scenarios = ", ".join(scenario_names())
    text = f"use a simulated cloud on this machine: {scenarios}, or a scenario file"
    group.add_argument("--sandbox", metavar="NAME|FILE", help=text)
    group.add_argument("--speed", type=_speed, metavar="N|instant", help=f"of the sandbox (default {DEFAULT_SPEED:g})")
    group.add_argument("--answers", type=Path, metavar="FILE", help="answers file (TOML); flags override it")
    group.add_argument("--yes", action="store_true", help="apply without asking")
    group.add_argument("--dry-run", action="store_true", help="show the plan and write nothing")
    group.add_argument("--json", action="store_true", help="one JSON document on standard output")
    group.add_argument("--plain", action="store_true", help="lines of text only")
    group.add_argument("--read-only", action="store_true", help="refuse every write")
    return parent


def _speed(text: str) -> float:
    """Times real time; 0 for instant."""
    if text == INSTANT:
        return 0.0
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.1 <= speed <= 10_000:
        raise InputError(
            f"speed {shown(text, 20)}: must be 0.1 to 10000, or instant", field="--speed", fix="--speed 20"
        )
    return speed


def _add_status(parser: ArgumentParser) -> None:
    parser.add_argument("service_name", metavar="SERVICE", nargs="?", default="", help="name of a Cloud Run service")


def _add_probe(parser: ArgumentParser) -> None:
    _add_status(parser)
    parser.add_argument("urls", metavar="TARGET", nargs="*", help="URL or host:port")
    group = parser.add_argument_group("live test")
    for key in ("probe.attempts", "probe.timeout", "probe.start_window", "probe.write", "probe.image"):
        answer_flags.add_flag(group, key)


def _add_trace(parser: ArgumentParser) -> None:
    text = "a service (NAME, NAME@REVISION, job:NAME) and a target (URL, host:port, name of a VM)"
    parser.add_argument("operands", metavar="SERVICE TARGET", nargs="*", help=text)
    every = "every service and job against the targets named, or all that are known"
    parser.add_argument("--all", dest="everything", action="store_true", help=every)
    matrix = "what each egress mode lets through from SERVICE, with the targets named or those of --answers"
    parser.add_argument("--matrix", action="store_true", help=matrix)
    other = "another service, and everything in its network settings that is different"
    parser.add_argument("--compare", dest="other", default="", metavar="OTHER", help=other)
    opinion = "have Google's own Connectivity Test say it too (live only; it is removed again)"
    parser.add_argument("--second-opinion", dest="opinion", action="store_true", help=opinion)
    group = parser.add_argument_group("as it would be")
    ways = "connector:RANGE|direct:SUBNET|plan"
    group.add_argument(
        "--as", dest="way", default="", metavar=ways, help="with another way into the network; plan: that of --answers"
    )
    group.add_argument("--egress", dest="mode", default="", metavar="MODE", help="with another egress setting")
    group.add_argument("--network", dest="in_network", default="", metavar="NETWORK", help="the network of that range")


def _add_ranges(parser: ArgumentParser) -> None:
    answer_flags.add_flag(parser, "network")
    parser.add_argument("--prefix", type=int, default=28, metavar="N", help="prefix length, 8 to 29 (default 28)")
    parser.add_argument("--start", default="", metavar="CIDR|IP", help="where to begin looking")
    parser.add_argument("--count", type=int, default=5, metavar="N", help="how many (default 5)")


def _add_run(parser: ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="id, unique prefix, or last")


def _add_undo(parser: ArgumentParser) -> None:
    _add_run(parser)
    text = "of a migration: only this service, or job:NAME"
    parser.add_argument("--group", default="", metavar="NAME", help=text)


def _add_cleanup(parser: ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--list", action="store_true", help="only say what waits, since when, and until about when")
    group.add_argument("--wait", action="store_true", help="try until nothing waits any more")


def _add_export(parser: ArgumentParser) -> None:
    _add_run(parser)
    parser.add_argument("--format", required=True, choices=("gcloud", "terraform", "markdown", "answers"))


def _add_learn(parser: ArgumentParser) -> None:
    text = "name or number of a lesson; without one they are listed"
    parser.add_argument("lesson", metavar="LESSON", nargs="?", default="", help=text)
    group = parser.add_mutually_exclusive_group()
    predict = "predict what happens, then see it; the first prediction is kept"
    group.add_argument("--predict", default="", metavar="ANSWER", help=predict)
    group.add_argument("--check", action="store_true", help="grade the work; exit code 1 when something is missing")
    group.add_argument("--reset", action="store_true", help="begin anew: the sandbox, the prediction, the hints")
