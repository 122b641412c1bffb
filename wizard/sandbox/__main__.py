"""The server's process: `python -m wizard.sandbox serve --folder FOLDER --scenario NAME`. `client.ensure` starts it."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

from wizard.sandbox import folder as places
from wizard.sandbox import scenario as scenarios
from wizard.sandbox.server import Server, Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop. 2: the scenario is wrong (said on standard error); 3: the folder has a server."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        data = scenarios.read(options.scenario)
        scenario = scenarios.parse(data, options.scenario)
    except scenarios.ScenarioError as error:
        print(error, file=sys.stderr)
        return places.WRONG_SCENARIO
    settings = Settings(
        folder=options.folder,
        scenario_name=options.scenario,
        scenario_hash=scenarios.content_hash(data),
        speed=options.speed,
        instant=options.instant,
        port=options.port,
        idle=options.idle,
    )
    with places.served(options.folder) as ours:
        if not ours:
            print(f"{options.folder}: another server runs here", file=sys.stderr)
            return places.ALREADY_SERVED
        asyncio.run(_serve(scenario, settings))
    return 0


async def _serve(scenario: scenarios.Scenario, settings: Settings) -> None:
    server = Server(scenario, settings)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, server.stop)
    await server.start()
    places.write_server(
        settings.folder,
        {
            "port": server.port,
            "secret": server.secret,
            "pid": os.getpid(),
            "scenario": settings.scenario_name,
            "scenario_hash": settings.scenario_hash,
            "started": time.time(),
        },
    )
    try:
        await server.stopped.wait()
    finally:
        places.remove_server(settings.folder)
        await server.aclose()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m wizard.sandbox", description="The sandbox cloud's server.")
    serve = parser.add_subparsers(required=True, metavar="serve").add_parser("serve", help="serve one scenario")
    serve.add_argument("--folder", type=Path, required=True, help="where its state lies")
    serve.add_argument("--scenario", required=True, help="the name of a built-in scenario, or a file")
    serve.add_argument("--speed", type=float, default=1.0, help="how many times as fast as real time")
    serve.add_argument("--instant", action="store_true", help="operations take no time")
    serve.add_argument("--idle", type=float, default=0.0, help="stop after so many idle seconds (0: never)")
    serve.add_argument("--port", type=int, default=0, help="on 127.0.0.1 (0: any free one)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
