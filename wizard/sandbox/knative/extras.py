"""What a v1 client wrote and v2 has no place for: annotations and labels of Google's namespaces that mean no field.

Kept beside the resource, for as long as it is the same one, so that a client finds them again.
"""

from __future__ import annotations

from wizard.sandbox.api import Body
from wizard.sandbox.knative.notes import CONNECTOR, LOCATION, RUN, SERVING, divided
from wizard.sandbox.world import World

OPERATION = RUN + "operation-id"
URLS, INGRESS_STATUS = RUN + "urls", RUN + "ingress-status"
UPDATED = RUN + "lastUpdatedTime"
OUTPUT = (OPERATION, URLS, INGRESS_STATUS, UPDATED, LOCATION, RUN + "creator", RUN + "lastModifier")
"""What the server alone says; a client that sends it back means nothing by it."""


def of(world: World, body: Body) -> Body:
    """What is kept for a resource; empty when nothing is, or when it was written for another of the same name."""
    kept = world.store.get(f"knative/{body['name']}") or {}
    return kept if kept.get("uid") == body.get("uid") else {}


def keep(world: World, body: Body, **written: Body) -> None:
    """Keep what belongs to a resource (`resource`, `template`, `operation`); forget what was kept before."""
    world.store.put(f"knative/{body['name']}", {"uid": body.get("uid"), **written})


def forget(world: World, name: str) -> None:
    """The resource is gone."""
    world.store.delete(f"knative/{name}")


def alone(meta: Body, left: dict[str, str], connector: str = "") -> Body:
    """What v1 alone can say of a metadata: `left` are the annotations that are no setting.

    `connector` is the full name of the connector that its annotation means: that annotation is kept as it was written.
    """
    _, notes = divided(left)
    _, labels = divided({key: text for key, text in (meta.get("labels") or {}).items() if key not in OUTPUT})
    kept = {key: text for key, text in notes.items() if key not in OUTPUT and not key.startswith(SERVING)}
    written = (meta.get("annotations") or {}).get(CONNECTOR)
    spelled = {"connector": [connector, written]} if connector and written else {}
    return {"annotations": kept, "labels": labels, **spelled}


def shown(meta: Body, kept: Body) -> Body:
    """The metadata with what was kept; the connector as it was written while it is still the same one."""
    notes = {**(kept.get("annotations") or {}), **(meta.get("annotations") or {})}
    connector, written = kept.get("connector") or ("", "")
    if connector and notes.get(CONNECTOR) == connector:
        notes[CONNECTOR] = written
    return {**meta, "annotations": notes, "labels": {**(kept.get("labels") or {}), **(meta.get("labels") or {})}}
