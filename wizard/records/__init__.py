"""What exists in a project, as frozen records. No protobuf, no I/O; unknown enum values stay the text they were.

Ranges are CIDR text (`10.8.0.0/28`), times RFC 3339 text, links reduced to short names unless said otherwise.
`etag` is the version the service gave (etag or fingerprint), `created` its creation time, `uid` its identity.
"""

from __future__ import annotations

from wizard.records.base import Api, Ref, Resource, Secret
from wizard.records.connectivity import ConnectivityTest
from wizard.records.network import (
    Address,
    Connector,
    DnsRecord,
    DnsZone,
    FirewallPolicy,
    FirewallRule,
    ForwardingRule,
    Instance,
    Nat,
    Network,
    Peering,
    PeeringRoute,
    PolicyRule,
    Ports,
    Route,
    Router,
    SecondaryRange,
    Subnet,
)
from wizard.records.policy import PolicyValues
from wizard.records.probe import ProbeAttempt, ProbeResult, Target
from wizard.records.run import (
    Condition,
    EnvValue,
    Execution,
    FromRevision,
    Job,
    Legacy,
    Literal,
    Revision,
    SecretRef,
    Service,
    StartupProbe,
    Task,
    Traffic,
    Unset,
    VpcAccess,
)

AnyResource = (
    Network
    | Subnet
    | Route
    | FirewallRule
    | Address
    | Router
    | Instance
    | ForwardingRule
    | Connector
    | ConnectivityTest
    | Service
    | Revision
    | Job
    | Execution
    | Task
    | Api
    | Secret
)

__all__ = [
    "Address",
    "AnyResource",
    "Api",
    "Condition",
    "ConnectivityTest",
    "Connector",
    "DnsRecord",
    "DnsZone",
    "EnvValue",
    "Execution",
    "FirewallPolicy",
    "FirewallRule",
    "ForwardingRule",
    "FromRevision",
    "Instance",
    "Job",
    "Legacy",
    "Literal",
    "Nat",
    "Network",
    "Peering",
    "PeeringRoute",
    "PolicyRule",
    "PolicyValues",
    "Ports",
    "ProbeAttempt",
    "ProbeResult",
    "Ref",
    "Resource",
    "Revision",
    "Route",
    "Router",
    "SecondaryRange",
    "Secret",
    "SecretRef",
    "Service",
    "StartupProbe",
    "Subnet",
    "Target",
    "Task",
    "Traffic",
    "Unset",
    "VpcAccess",
]
