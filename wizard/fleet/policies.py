"""List constraints of organisation policies that a move may meet (facts: section 11): `read_fleet` asks for them."""

from __future__ import annotations

EGRESS = "run.allowedVPCEgress"
INGRESS = "run.allowedIngress"
SUBNETS = "compute.restrictSharedVpcSubnetworks"
POLICIES = (EGRESS, INGRESS, SUBNETS)
