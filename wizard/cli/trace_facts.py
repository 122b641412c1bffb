"""Reading what traces are made from."""

from __future__ import annotations

from wizard import inventory
from wizard.desk import Session
from wizard.inventory import Inventory
from wizard.trace.origins import Subject, origin_of


async def read(session: Session, network: str) -> Inventory:
    """Everything that a trace may depend on; the firewall of `network` (empty: of all networks, when they are few)."""
    return await inventory.read(session.cloud, session.region, "", network=network, dns=True, backends=True)


async def read_for(session: Session, subject: Subject, named: str) -> Inventory:
    """What there is, with the firewall of the sender's own network: among many networks only one named is read."""
    facts = await read(session, named)
    network = named or origin_of(facts, subject).network
    known = network in facts.effective or any(gap.what.endswith(f" {network}") for gap in facts.gaps)
    return facts if known or not network else await read(session, network)
