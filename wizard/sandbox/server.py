"""One sandbox cloud as a server: its world, its state file, its listeners, and the one port that carries it all."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import grpc.aio
from aiohttp import web

from wizard.sandbox import listeners, services
from wizard.sandbox.api import Body
from wizard.sandbox.clock import Clock
from wizard.sandbox.control import Control
from wizard.sandbox.credentials import Keyring
from wizard.sandbox.dispatch import Dispatcher
from wizard.sandbox.faults import Fault
from wizard.sandbox.front import LOOPBACK, Front, Tunnels
from wizard.sandbox.grpc_api import GrpcApi
from wizard.sandbox.instances import Instances
from wizard.sandbox.log import RequestLog
from wizard.sandbox.persistence import Snapshots, StateFile
from wizard.sandbox.pki import server_context
from wizard.sandbox.rest import application
from wizard.sandbox.scenario import Scenario
from wizard.sandbox.scenario_check import unenforced
from wizard.sandbox.services.serverless_addresses import HELD
from wizard.sandbox.store import Store
from wizard.sandbox.world import World

logger = logging.getLogger(__name__)

TICK = 0.25
"""Real seconds between looks at what has fallen due."""

GRACE = 0.2
"""Real seconds that calls in flight get when the server stops."""


@dataclass(frozen=True)
class Settings:
    """How a server runs. `speed` and `instant` hold for a new world; `idle` (seconds) 0 means: never stop."""

    folder: Path
    scenario_name: str = ""
    scenario_hash: str = ""
    speed: float = 1.0
    instant: bool = False
    port: int = 0
    idle: float = 0.0


@dataclass
class _Running:
    """What is there only while the server runs."""

    front: Front
    http: web.AppRunner
    grpc: grpc.aio.Server
    ticker: asyncio.Task[None]
    port: int = field(default=0)


class Server:
    """Starts and stops one sandbox."""

    def __init__(self, scenario: Scenario, settings: Settings) -> None:
        self.settings = settings
        self.world = World(scenario, clock=Clock(speed=settings.speed, instant=settings.instant))
        self.log = RequestLog()
        self.stopped = asyncio.Event()
        self.secret = secrets.token_urlsafe(24)
        self.keyring = Keyring(settings.folder, scenario.project.id)
        self._idle = settings.idle
        self._state = StateFile(settings.folder / "state.json", self.world, self.log)
        self.snapshots = Snapshots(settings.folder / "snapshots", self.world, self.log)
        self._dispatcher = Dispatcher(self.world, self.log, self._state.saved)
        self._running: _Running | None = None

    @property
    def port(self) -> int:
        """The port it listens on; 0 when it does not run."""
        return self._running.port if self._running else 0

    async def start(self) -> None:
        """Restore or fill the world, then listen. Raises OSError when the port is taken."""
        self.settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        services.load()
        if self._state.load():
            services.resume(self.world)
        else:
            self._fill()
        self.save()
        await listeners.start(self.world)
        tunnels = Tunnels()
        app = application(self._dispatcher, Control(self).application(), self.keyring, tunnels)
        http = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE)
        await http.setup()
        rpc = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        rpc.add_generic_rpc_handlers((GrpcApi(self._dispatcher, self.keyring),))
        rpc_port = rpc.add_insecure_port(f"{LOOPBACK}:0")
        await rpc.start()
        assert http.server is not None
        front = Front(http.server, rpc_port, server_context(self.settings.folder), tunnels)
        port = await front.start(self.settings.port)
        self._running = _Running(front, http, rpc, self._start_ticker(), port)

    async def aclose(self) -> None:
        """Stop listening, break off what is open, and save the state."""
        running, self._running = self._running, None
        if running is None:
            return
        self._dispatcher.stopping.set()
        running.front.refuse_new()
        running.ticker.cancel()
        await self._halt()
        await running.grpc.stop(GRACE)
        await running.http.cleanup()
        running.front.drop_all()
        await asyncio.sleep(GRACE / 10)
        self.save()

    def info(self) -> Body:
        """What the server is and where."""
        project = self.world.scenario.project
        return {
            "product": "runvpc sandbox",
            "pid": os.getpid(),
            "port": self.port,
            "scenario": self.settings.scenario_name,
            "scenario_hash": self.settings.scenario_hash,
            "project": project.id,
            "project_number": project.number,
            "region": project.region,
            "member": project.member,
            "now": self.world.timestamp(),
            "speed": self.world.clock.speed,
            "instant": self.world.clock.instant,
            "paused": self.world.clock.paused,
            "keep": self._idle == 0,
            "tokens": {"given": self.keyring.given, "signed": self.keyring.signed},
            "certificate_authority": str(self.settings.folder / "ca.pem"),
            "unenforced": unenforced(self.world.scenario),
        }

    def save(self) -> None:
        """Write the state down."""
        self._state.save()

    def keep(self) -> None:
        """Do not stop when idle."""
        self._idle = 0.0

    def stop(self) -> None:
        """Ask whoever runs the server to close it."""
        self.stopped.set()

    async def reset(self) -> None:
        """Go back to the scenario; the clock keeps its speed, and stands still if it did."""
        await self._halt()
        clock = self.world.clock
        self.world.store = Store()
        self.world.pending.clear()
        self.world.attached.clear()
        self.world.clock = Clock(speed=clock.speed, instant=clock.instant, paused=clock.paused)
        self.world.seed = random.Random(7)
        self.log.clear()
        self._fill()
        await listeners.start(self.world)
        self.save()

    async def restore(self, name: str) -> None:
        """Put a snapshot in the place of the world. Raises ApiError(404); nothing is changed then."""
        self.snapshots.check(name)
        await self._halt()
        self.snapshots.restore(name)
        services.resume(self.world)
        await listeners.start(self.world)
        self.save()

    def _fill(self) -> None:
        self.world.faults = [
            Fault(f.on, f.kind, f.message, f.times, f.after, f.retry_after, f.resource)
            for f in self.world.scenario.faults
        ]
        services.seed(self.world)

    async def _halt(self) -> None:
        """End what runs in the background and close the listeners of the targets."""
        tasks = list(self.world.running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.world.instances = Instances()
        await listeners.stop(self.world)

    def _start_ticker(self) -> asyncio.Task[None]:
        ticker = asyncio.get_running_loop().create_task(self._tick())
        ticker.add_done_callback(self._ticker_ended)
        return ticker

    def _ticker_ended(self, ticker: asyncio.Task[None]) -> None:
        """A completion that breaks is written to the log; time goes on for the others."""
        if not ticker.cancelled() and self._running is not None:
            logger.error("an operation could not be completed", exc_info=ticker.exception())
            self._running.ticker = self._start_ticker()

    async def _tick(self) -> None:
        """Complete what is due though nobody asks, save what the background changed, and stop when idle.

        Addresses that are only held for hours keep no server alive: the clock goes on without one.
        """
        while True:
            await asyncio.sleep(TICK)
            self.world.settle()
            self._state.save_if_changed()
            working = self.world.running or any(p.method not in HELD for p in self.world.unfinished)
            if self._idle and not working and self._dispatcher.idle > self._idle:
                logger.info("idle: stopping")
                self.stop()
