"""One sensible call or more for every method that the sandbox emulates, in an order in which each can succeed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]

PROJECT, REGION, ZONE = "demo-project", "us-central1", "us-central1-b"
PLACE = f"projects/{PROJECT}/locations/{REGION}"

OPERATION = "{operation}"
"""In a request: the name of the operation that the last call before it started.

Likewise `{fingerprint}` and `{labelFingerprint}` of the last reply that had one, and of what Knative's last write
answered `{made}`, its name, and `{operationId}`.
"""


@dataclass(frozen=True)
class Step:
    """A call: the fields of its request message, and what its reply (as the message's JSON) says among other things.

    A list in `says` stands for a list of this length whose items say that each. With `refused`, the call fails with
    this HTTP status, and `says` is `{"message": …}`, a part of the text.
    """

    method: str
    request: Body
    says: Body = field(default_factory=dict)
    refused: int = 0


SCENARIO = """
[[project]]
id = "demo-project"
number = 123456789012
region = "us-central1"

[[project]]
id = "team-a"
host_project = "demo-project"

[[project]]
id = "team-b"
host_project = "demo-project"

[[network]]
name = "my-vpc"

[[network]]
name = "other"

[[subnet]]
name = "my-subnet"
network = "my-vpc"
range = "10.0.0.0/24"
secondary = [{ name = "pods", range = "10.4.0.0/16" }]

[[subnet]]
name = "run"
network = "my-vpc"
range = "10.1.0.0/24"

[[subnet]]
name = "far"
network = "my-vpc"
region = "europe-west1"
range = "10.3.0.0/24"

[[route]]
name = "to-on-prem"
network = "my-vpc"
range = "10.10.0.0/16"
next_hop = "vpn"

[[route]]
name = "learned"
network = "my-vpc"
range = "10.11.0.0/16"
next_hop = "bgp"

[[nat]]
name = "out"
network = "my-vpc"
subnets = ["run"]

[[nat]]
name = "out-other"
network = "other"

[[peering]]
name = "servicenetworking-googleapis-com"
network = "my-vpc"
routes = ["10.60.0.0/24", "10.60.1.0/24"]

[[address]]
name = "google-managed-services"
network = "my-vpc"
range = "10.60.0.0/16"

[[address]]
name = "more-services"
network = "my-vpc"
range = "10.61.0.0/16"

[[firewall]]
name = "deny-redis"
network = "my-vpc"
priority = 800
action = "deny"
rules = ["tcp:6379", "tcp:6380-6390"]
sources = ["10.0.0.0/8"]
target_tags = ["redis"]

[[firewall]]
name = "allow-ssh"
network = "my-vpc"
rules = ["tcp:22"]
sources = ["35.235.240.0/20"]

[[firewall_policy]]
name = "house"
level = "organization"
network = "my-vpc"
rules = [{ priority = 10, action = "deny", rules = ["tcp:25"], sources = ["10.0.0.0/8"] }]

[[firewall_policy]]
name = "here"
level = "us-central1"
network = "my-vpc"
rules = [{ priority = 20, action = "allow", rules = ["tcp:443"] }]

[[firewall_policy]]
name = "everywhere"
level = "global"
network = "my-vpc"
rules = [{ priority = 30, action = "allow", rules = ["tcp:443"] }]

[[firewall_policy]]
name = "everywhere-else"
level = "global"
network = "other"

[[firewall_policy]]
name = "here-else"
level = "us-central1"
network = "other"

[[internal_range]]
name = "office"
network = "my-vpc"
range = "10.70.0.0/16"

[[internal_range]]
name = "lab"
network = "my-vpc"
range = "10.71.0.0/16"

[[connector]]
name = "con"
network = "my-vpc"
range = "10.8.0.0/28"

[[connector]]
name = "broken"
network = "my-vpc"
range = "10.8.1.0/28"
state = "ERROR"

[[service]]
name = "web"
connector = "con"
env = { LOG_LEVEL = "info" }
secrets = { PASSWORD = "db-password:latest" }
startup_probe = { type = "http", path = "/ready", port = 8080 }

[[service]]
name = "api"
network = "my-vpc"
subnet = "run"
tags = ["app"]
egress = "all-traffic"

[[job]]
name = "nightly"
network = "my-vpc"
subnet = "run"
outcome = "success"

[[job]]
name = "weekly"

[[function]]
name = "resize"
connector = "con"
egress = "all-traffic"
labels = { team = "shop" }

[[function]]
name = "plain"

[[app_engine]]
service = "default"
version = "v1"
connector = "con"

[[app_engine]]
service = "default"
version = "v2"
serving = false

[[app_engine]]
service = "admin"
version = "v1"

[[secret]]
name = "db-password"

[[secret]]
name = "api-key"

[[target]]
name = "cache"
address = "10.0.0.3"
network = "my-vpc"
tags = ["redis"]
dns = "cache.corp.example"
serves = ["redis:6379"]

[[target]]
name = "front"
address = "10.0.0.20"
network = "my-vpc"
tags = ["web"]
kind = "ilb"
dns = "front.lab.example"

[[target]]
name = "back"
address = "10.0.0.21"
network = "my-vpc"
kind = "ilb"
"""
"""Two of nearly everything, so that every list has more than one page of one."""
