"""Scenarios that the tests of the services share."""

from __future__ import annotations

from wizard.sandbox.api import Body

PROJECT, REGION = "demo-project", "us-central1"
NUMBER = 123456789012
LOCATION = f"projects/{PROJECT}/locations/{REGION}"
NETWORK = f"projects/{PROJECT}/global/networks/my-vpc"
REGIONAL = f"projects/{PROJECT}/regions/{REGION}"
API = "https://www.googleapis.com/compute/v1/"

SMALL = """
[project]
id = "demo-project"
number = 123456789012
region = "us-central1"

[[network]]
name = "my-vpc"

[[network]]
name = "spare"

[[subnet]]
name = "my-subnet"
network = "my-vpc"
range = "10.0.0.0/24"
secondary = [{ name = "pods", range = "10.4.0.0/16" }]

[[subnet]]
name = "elsewhere"
network = "my-vpc"
region = "europe-west1"
range = "10.8.0.0/24"

[[subnet]]
name = "run"
network = "my-vpc"
range = "10.1.0.0/26"

[[subnet]]
name = "con-subnet"
network = "my-vpc"
range = "10.8.1.0/28"

[[address]]
name = "managed"
network = "my-vpc"
range = "10.9.0.0/16"

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

[[peering]]
name = "partner"
network = "my-vpc"
routes = ["10.60.0.0/16"]

[[firewall]]
name = "allow-db"
network = "my-vpc"
rules = ["tcp:5432"]
sources = ["10.8.1.0/28"]

[[secret]]
name = "db-password"

[[target]]
name = "cache"
address = "10.0.0.3"
network = "my-vpc"
tags = ["cache"]
serves = ["redis:6379"]
"""

TEMPLATE: Body = {"containers": [{"image": "example/app"}]}
DIRECT: Body = {"network_interfaces": [{"network": "my-vpc", "subnetwork": "run"}]}
