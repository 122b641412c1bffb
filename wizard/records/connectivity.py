"""Google's own analysis of a path (Network Management API, Connectivity Tests)."""

from __future__ import annotations

from wizard.records.base import Resource


class ConnectivityTest(Resource, frozen=True, kw_only=True):
    """A Connectivity Test. `source` is the full name of a Cloud Run revision or job; it goes to an address and port.

    `result` is REACHABLE, UNREACHABLE, AMBIGUOUS or UNDETERMINED, empty while it runs; `states` are those of the last
    step of each trace with its cause (`DROP FIREWALL_RULE`), `steps` the descriptions of the first trace.
    """

    source: str
    address: str
    port: int
    protocol: str = "TCP"
    result: str = ""
    states: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    error: str = ""
