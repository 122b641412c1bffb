"""What the person wants of a migration: one typed record, the same for the answers file, the flags and the pages."""

from __future__ import annotations

from msgspec import Struct

from wizard.answers import ProbeAnswers

FLOW = "migrate"
DIRECT, CONNECTOR = "direct", "connector"


class StageAnswers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How traffic moves: `steps` are percentages that end with 100; `watch` seconds at each, `soak` at the last one.

    `calls` is how often the URL of the new revision is called at each look (where anybody may call it), `timer` the
    seconds after which a service that is not through is taken back (0: never).
    """

    steps: tuple[int, ...] = (10, 50, 100)
    watch: float = 10.0
    soak: float = 60.0
    calls: int = 3
    timer: float = 0.0


class WaveAnswers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Services (and `job:NAME`) that move together; `not_before` is RFC 3339 text, empty for at once."""

    services: tuple[str, ...]
    not_before: str = ""


class RolloutAnswers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Order and speed. `canary` goes first and alone; `on_failure` is `stop` or `go_on`."""

    concurrency: int = 3
    canary: str = ""
    not_before: str = ""
    on_failure: str = "stop"


class FinishAnswers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The end: `confirm` is the connector's name, typed; `rules` and `subnet` are `delete` or `leave`."""

    confirm: str = ""
    rules: str = "leave"
    subnet: str = "leave"


class MigrateAnswers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answers of a migration. `to` is `direct` or, for the way back, `connector`.

    `services` (empty: all) and `skip` name services as `web`, jobs as `job:nightly`. `subnet` is an existing one;
    without it one with room is chosen, or made with `range` (`auto` or a CIDR). `startup`: `extend` gives start-up
    probes that are too short more tries. `acknowledged`: those whose owner will change the code as well. `promote`:
    releases under way whose newest revision may take over all traffic. `no_probe`: those that may move without targets.
    `blocked`: `stop` (nothing moves while one is blocked) or `skip`. `targets`: URLs by service.
    """

    version: int = 1
    flow: str = FLOW
    project: str = ""
    region: str = ""
    to: str = DIRECT
    connector: str = ""
    services: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    network: str = ""
    subnet: str = ""
    range: str = "auto"
    tags: tuple[str, ...] = ()
    firewall: str = "add"
    nat: str = "auto"
    startup: str = "leave"
    acknowledged: tuple[str, ...] = ()
    promote: tuple[str, ...] = ()
    no_probe: tuple[str, ...] = ()
    blocked: str = "stop"
    targets: dict[str, tuple[str, ...]] = {}
    stages: StageAnswers = StageAnswers()
    rollout: RolloutAnswers = RolloutAnswers()
    wave: tuple[WaveAnswers, ...] = ()
    probe: ProbeAnswers = ProbeAnswers(attempts=1)
    finish: FinishAnswers = FinishAnswers()
