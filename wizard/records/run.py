"""Records of Cloud Run: services, revisions, jobs and what they run."""

from __future__ import annotations

from msgspec import Struct

from wizard.records.base import Resource


class VpcAccess(Struct, frozen=True, kw_only=True):
    """Network settings of a template: a connector's full name, or network, subnet, tags; `egress` in gcloud's words."""

    connector: str = ""
    network: str = ""
    subnet: str = ""
    tags: tuple[str, ...] = ()
    egress: str = ""

    @property
    def kind(self) -> str:
        """`connector`, `direct` or `none`."""
        if self.connector:
            return "connector"
        return "direct" if self.network or self.subnet else "none"


class Literal(Struct, frozen=True, tag="literal"):
    """An environment value in the clear."""

    value: str


class SecretRef(Struct, frozen=True, tag="secret"):
    """An environment value that Secret Manager holds."""

    secret: str
    version: str = "latest"


class FromRevision(Struct, frozen=True, tag="from-revision"):
    """The value that an earlier revision has; undo uses it, so that no value of the person's is kept in a file."""

    revision: str


class Unset(Struct, frozen=True, tag="unset"):
    """No such variable."""


EnvValue = Literal | SecretRef | FromRevision | Unset


class StartupProbe(Struct, frozen=True, kw_only=True):
    """A start-up probe; `type` is `http`, `tcp` or `grpc`; seconds and counts as in the Cloud Run API."""

    type: str
    path: str = ""
    port: int = 0
    initial_delay: int = 0
    period: int = 10
    timeout: int = 1
    failure_threshold: int = 3


class Traffic(Struct, frozen=True, kw_only=True):
    """One traffic target: `revision` empty means the latest ready one."""

    revision: str = ""
    percent: int = 0
    tag: str = ""


class Condition(Struct, frozen=True, kw_only=True):
    """A condition; `state` is SUCCEEDED, FAILED, PENDING or RECONCILING, `reason` Google's word."""

    type: str = "Ready"
    state: str = ""
    reason: str = ""
    message: str = ""


class Service(Resource, frozen=True, kw_only=True):
    """A Cloud Run service: its template's settings, traffic and state. `cloud_sql` are connection names."""

    region: str
    image: str = ""
    vpc: VpcAccess = VpcAccess()
    env: dict[str, EnvValue] = {}
    startup_probe: StartupProbe | None = None
    port: int = 0
    min_instances: int = 0
    max_instances: int = 100
    service_account: str = ""
    ingress: str = ""
    labels: dict[str, str] = {}
    client: str = ""
    traffic: tuple[Traffic, ...] = ()
    serving: tuple[Traffic, ...] = ()
    uri: str = ""
    latest_ready: str = ""
    latest_created: str = ""
    ready: Condition = Condition()
    reconciling: bool = False
    invoker_iam_disabled: bool = False
    last_modifier: str = ""
    cloud_sql: tuple[str, ...] = ()


class Revision(Resource, frozen=True, kw_only=True):
    """A revision: what really serves."""

    service: str
    region: str
    image: str = ""
    vpc: VpcAccess = VpcAccess()
    env: dict[str, EnvValue] = {}
    startup_probe: StartupProbe | None = None
    max_instances: int = 100
    ready: Condition = Condition()


class Job(Resource, frozen=True, kw_only=True):
    """A Cloud Run job. `start_token`, when set, makes creation start the execution `NAME-TOKEN`.

    `cloud_sql` are the connection names of the Cloud SQL instances that are attached.
    """

    region: str
    image: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: dict[str, EnvValue] = {}
    vpc: VpcAccess = VpcAccess()
    tasks: int = 1
    parallelism: int = 0
    max_retries: int = 0
    timeout: int = 600
    service_account: str = ""
    labels: dict[str, str] = {}
    start_token: str = ""
    latest_execution: str = ""
    ready: Condition = Condition()
    cloud_sql: tuple[str, ...] = ()


class Execution(Resource, frozen=True, kw_only=True):
    """One run of a job; `completed` is empty while it runs."""

    job: str
    region: str
    tasks: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    completed: str = ""
    condition: Condition = Condition()


class Task(Resource, frozen=True, kw_only=True):
    """One task of an execution; `exit_code` is None until it ended (or when it never started)."""

    index: int
    exit_code: int | None = None
    started: str = ""
    completed: str = ""
    condition: Condition = Condition()


class Legacy(Struct, frozen=True, kw_only=True):
    """A user of a connector that is no Cloud Run resource: `kind` is `1st gen function` or `App Engine version`.

    `connector` is its full name; `serving` False for a version that is stopped.
    """

    kind: str
    name: str
    region: str
    connector: str
    egress: str = ""
    labels: dict[str, str] = {}
    serving: bool = True
