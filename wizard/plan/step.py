"""A Step: one write to one resource, as a frozen value that survives JSON, with all there is to say about it."""

from __future__ import annotations

from abc import abstractmethod
from enum import StrEnum

from msgspec import Struct

from wizard.ports import Cloud, Operation
from wizard.records import AnyResource, ProbeResult, Ref


class Op(StrEnum):
    """What a step will do to its resource."""

    CREATE = "create"
    REUSE = "reuse"
    CHANGE = "change"
    REPLACE = "replace"
    WAIT = "wait"
    DELETE = "delete"
    SKIP = "skip"
    BLOCK = "block"

    @property
    def writes(self) -> bool:
        return self in {Op.CREATE, Op.CHANGE, Op.REPLACE, Op.DELETE}


class FieldChange(Struct, frozen=True):
    """One field before and after, as text fit to be shown: never the literal value of a variable."""

    field: str
    before: str
    after: str


class Change(Struct, frozen=True, kw_only=True):
    """What a step decided, and why. `fields` are the differences of an existing resource that it would set."""

    op: Op
    reason: str
    fields: tuple[FieldChange, ...] = ()


class Needs(Struct, frozen=True, kw_only=True):
    """The APIs that must be enabled and the permissions the caller needs."""

    apis: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()


class Cost(Struct, frozen=True, kw_only=True):
    """US dollars a month, least and most, and what that rests on (with date)."""

    monthly_usd_min: float = 0.0
    monthly_usd_max: float = 0.0
    basis: str = ""


class Block(Struct, frozen=True, kw_only=True):
    """What a step contributes to a Terraform file: a resource type, its local name, and attributes (nested dicts are
    blocks, lists of dicts are repeated blocks; a `Raw` text stands unquoted)."""

    type: str
    label: str
    attributes: dict[str, object]


class Outcome(Struct, frozen=True, kw_only=True):
    """How a step ended after its operation was done. `error` empty means well; `code` is a stable word for it."""

    error: str = ""
    code: str = ""
    fix: str = ""
    observed: str = ""
    probe: tuple[ProbeResult, ...] = ()


class Step(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Base of every kind of change. Subclasses set `tag`, their kind; `version` counts changes of their parameters."""

    version: int = 1
    project: str

    @property
    def kind(self) -> str:
        return str(self.__struct_config__.tag)

    @property
    def id(self) -> str:
        """`kind/name`, unique within a plan."""
        return f"{self.kind}/{self.ref.name}"

    @property
    @abstractmethod
    def ref(self) -> Ref:
        """The resource that is written."""

    @property
    def title(self) -> str:
        """A line for people."""
        return f"{self.kind} {self.ref.name}"

    @property
    def needs(self) -> Needs:
        return Needs()

    @property
    def cost(self) -> Cost:
        return Cost()

    @property
    def usual(self) -> float:
        """Seconds this usually takes on the real cloud."""
        return 5.0

    @property
    def always(self) -> bool:
        """Runs also when a step it depends on failed (cleaning up after a probe)."""
        return False

    @property
    def reversible(self) -> bool:
        return True

    @abstractmethod
    def decide(self, found: AnyResource | None) -> Change:
        """Pure: what to do about the resource as found. Called by the planner and again just before sending."""

    def inverse(self, change: Change, before: AnyResource | None) -> Step | None:
        """The step that takes back `change`, given the resource as it was before; None when nothing is to be undone."""
        return None

    def gcloud(self) -> list[list[str]]:
        """The same in gcloud's words, as argument lists."""
        return []

    def terraform(self) -> tuple[Block, ...]:
        return ()

    @abstractmethod
    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        """Make the one call. The runner follows the operation."""

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        """After the operation: is the resource (as read again) really as wanted? May wait for it (READY, tasks)."""
        return Outcome()
