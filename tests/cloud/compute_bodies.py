"""Bodies as compute sends them."""

from __future__ import annotations

from typing import Any

from tests.cloud.servers import Reply
from wizard.records import Ref

BASE = "/compute/v1/projects/p1"
URL = "https://www.googleapis.com/compute/v1/projects/p1"
NETWORKS = f"{BASE}/global/networks"
SUBNET = Ref(kind="subnet", project="p1", location="us-central1", name="s1")
SUBNETS = f"{BASE}/regions/us-central1/subnetworks"
ID = "6f9b1a52-0a3f-4f6e-9a40-9c1c5a0d2b11"
OPERATION = "operation-1737649096607-62c61f525c87f-1-2"
WAIT = f"{BASE}/regions/us-central1/operations/{OPERATION}/wait"


def error(code: int, reason: str, message: str) -> Reply:
    """An error as compute words it."""
    entry = {"message": message, "domain": "global", "reason": reason}
    return Reply({"error": {"code": code, "message": message, "errors": [entry]}}, code)


def subnet_body(**more: Any) -> dict[str, Any]:
    return {
        "kind": "compute#subnetwork",
        "id": "4455667788",
        "creationTimestamp": "2026-11-22T03:04:05.678-08:00",
        "name": "s1",
        "network": f"{URL}/global/networks/n1",
        "ipCidrRange": "10.8.0.0/26",
        "region": f"{URL}/regions/us-central1",
        "fingerprint": "-9hqGif0SQ0=",
        "purpose": "PRIVATE",
        "stackType": "IPV4_ONLY",
        **more,
    }


def operation(status: str = "RUNNING", **more: Any) -> dict[str, Any]:
    return {
        "kind": "compute#operation",
        "id": "77",
        "name": OPERATION,
        "operationType": "insert",
        "status": status,
        "progress": 100 if status == "DONE" else 0,
        "insertTime": "2026-11-22T03:04:06.000-08:00",
        "region": f"{URL}/regions/us-central1",
        "clientOperationId": ID,
        "targetLink": f"{URL}/regions/us-central1/subnetworks/s1",
        **more,
    }
