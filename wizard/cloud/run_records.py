"""Cloud Run's messages as records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from google.cloud import run_v2 as api

from wizard.cloud.links import last, part
from wizard.cloud.messages import enum_name, seconds, timestamp
from wizard.records import (
    Condition,
    EnvValue,
    Execution,
    Job,
    Literal,
    Revision,
    SecretRef,
    Service,
    StartupProbe,
    Task,
    Traffic,
    VpcAccess,
)

EGRESS = {"PRIVATE_RANGES_ONLY": "private-ranges-only", "ALL_TRAFFIC": "all-traffic"}
"""The API's words for the egress setting, and gcloud's."""

INGRESS = {
    "INGRESS_TRAFFIC_ALL": "all",
    "INGRESS_TRAFFIC_INTERNAL_ONLY": "internal",
    "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER": "internal-and-cloud-load-balancing",
    "INGRESS_TRAFFIC_NONE": "none",
}
"""The API's words for the ingress setting, and gcloud's."""

_LATEST = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
_DEFAULT_MAX_INSTANCES = 100
_REASONS = ("reason", "revision_reason", "execution_reason")


def ingress_index(containers: Sequence[api.Container]) -> int:
    """Which container takes the requests: the one with a port, else the first."""
    return next((i for i, container in enumerate(containers) if container.ports), 0)


def service(message: api.Service) -> Service:
    template = message.template
    main = _main(template.containers)
    scaling = message.scaling
    return Service(
        name=last(message.name),
        region=part(message.name, "locations"),
        uid=message.uid,
        etag=message.etag,
        created=timestamp(message, "create_time"),
        image=main.image,
        vpc=vpc_access(template.vpc_access),
        env=environment(main.env),
        startup_probe=startup_probe(main),
        port=main.ports[0].container_port if main.ports else 0,
        min_instances=max(template.scaling.min_instance_count, scaling.min_instance_count),
        max_instances=template.scaling.max_instance_count or scaling.max_instance_count or _DEFAULT_MAX_INSTANCES,
        service_account=template.service_account,
        ingress=_word(INGRESS, enum_name(message, "ingress")),
        labels=dict(message.labels),
        client=message.client,
        traffic=tuple(traffic(t) for t in message.traffic),
        serving=tuple(traffic(t) for t in message.traffic_statuses),
        uri=message.uri,
        latest_ready=last(message.latest_ready_revision),
        latest_created=last(message.latest_created_revision),
        ready=condition(message.terminal_condition),
        reconciling=message.reconciling,
        invoker_iam_disabled=message.invoker_iam_disabled,
        last_modifier=message.last_modifier,
        cloud_sql=cloud_sql(template.volumes),
    )


def revision(message: api.Revision) -> Revision:
    main = _main(message.containers)
    return Revision(
        name=last(message.name),
        service=last(message.service) or part(message.name, "services"),
        region=part(message.name, "locations"),
        uid=message.uid,
        etag=message.etag,
        created=timestamp(message, "create_time"),
        image=main.image,
        vpc=vpc_access(message.vpc_access),
        env=environment(main.env),
        startup_probe=startup_probe(main),
        max_instances=message.scaling.max_instance_count or _DEFAULT_MAX_INSTANCES,
        ready=_condition_of(message.conditions, "Ready"),
    )


def job(message: api.Job) -> Job:
    execution = message.template
    task_template = execution.template
    main = _main(task_template.containers)
    return Job(
        name=last(message.name),
        region=part(message.name, "locations"),
        uid=message.uid,
        etag=message.etag,
        created=timestamp(message, "create_time"),
        image=main.image,
        command=tuple(main.command),
        args=tuple(main.args),
        env=environment(main.env),
        vpc=vpc_access(task_template.vpc_access),
        tasks=execution.task_count or 1,
        parallelism=execution.parallelism,
        max_retries=task_template.max_retries,
        timeout=seconds(task_template, "timeout"),
        service_account=task_template.service_account,
        labels=dict(message.labels),
        start_token=message.start_execution_token,
        latest_execution=last(message.latest_created_execution.name),
        ready=condition(message.terminal_condition),
        cloud_sql=cloud_sql(task_template.volumes),
    )


def cloud_sql(volumes: Iterable[api.Volume]) -> tuple[str, ...]:
    """The connection names (`project:region:instance`) of what is attached by a volume."""
    return tuple(name for volume in volumes for name in volume.cloud_sql_instance.instances)


def execution(message: api.Execution) -> Execution:
    return Execution(
        name=last(message.name),
        job=last(message.job) or part(message.name, "jobs"),
        region=part(message.name, "locations"),
        uid=message.uid,
        etag=message.etag,
        created=timestamp(message, "create_time"),
        tasks=message.task_count,
        running=message.running_count,
        succeeded=message.succeeded_count,
        failed=message.failed_count,
        cancelled=message.cancelled_count,
        completed=timestamp(message, "completion_time"),
        condition=_condition_of(message.conditions, "Completed"),
    )


def task(message: api.Task) -> Task:
    return Task(
        name=last(message.name),
        uid=message.uid,
        etag=message.etag,
        created=timestamp(message, "create_time"),
        index=message.index,
        exit_code=_exit_code(message),
        started=timestamp(message, "start_time"),
        completed=timestamp(message, "completion_time"),
        condition=_condition_of(message.conditions, "Completed"),
    )


def _exit_code(message: api.Task) -> int | None:
    """The exit code; 128 and the signal's number when one ended it; None when it never ended by itself.

    The field has no presence: a failed attempt without code and signal (facts: 6.3) is one that never started.
    """
    result = message.last_attempt_result
    if not timestamp(message, "completion_time") or "last_attempt_result" not in message:
        return None
    if result.term_signal:
        return 128 + result.term_signal
    return None if result.status.code and not result.exit_code else result.exit_code


def vpc_access(message: api.VpcAccess) -> VpcAccess:
    """Network settings; Cloud Run takes one interface at most (facts: 6.1)."""
    interface = message.network_interfaces[0] if message.network_interfaces else api.VpcAccess.NetworkInterface()
    egress = enum_name(message, "egress")
    return VpcAccess(
        connector=message.connector,
        network=interface.network,
        subnet=interface.subnetwork,
        tags=tuple(interface.tags),
        egress="" if egress == "VPC_EGRESS_UNSPECIFIED" else _word(EGRESS, egress),
    )


def environment(variables: Iterable[api.EnvVar]) -> dict[str, EnvValue]:
    return {variable.name: _env_value(variable) for variable in variables}


def _env_value(variable: api.EnvVar) -> EnvValue:
    if "value_source" in variable:
        ref = variable.value_source.secret_key_ref
        return SecretRef(ref.secret, ref.version or "latest")
    return Literal(variable.value)


def startup_probe(container: api.Container) -> StartupProbe | None:
    if "startup_probe" not in container:
        return None
    probe = container.startup_probe
    kind, path, port = "tcp", "", probe.tcp_socket.port
    if "http_get" in probe:
        kind, path, port = "http", probe.http_get.path, probe.http_get.port
    elif "grpc" in probe:
        kind, path, port = "grpc", probe.grpc.service, probe.grpc.port
    return StartupProbe(
        type=kind,
        path=path,
        port=port,
        initial_delay=probe.initial_delay_seconds,
        period=probe.period_seconds or 10,
        timeout=probe.timeout_seconds or 1,
        failure_threshold=probe.failure_threshold or 3,
    )


def traffic(message: api.TrafficTarget | api.TrafficTargetStatus) -> Traffic:
    latest = enum_name(message, "type_") == _LATEST
    return Traffic(revision="" if latest else last(message.revision), percent=message.percent, tag=message.tag)


def condition(message: api.Condition) -> Condition:
    """A condition; of its three kinds of reason the one that is set."""
    reasons = [enum_name(message, field) for field in _REASONS if field in message]
    return Condition(
        type=message.type_ or "Ready",
        state=enum_name(message, "state").removeprefix("CONDITION_").replace("STATE_UNSPECIFIED", ""),
        reason=reasons[0] if reasons else "",
        message=message.message,
    )


def _condition_of(conditions: Iterable[api.Condition], kind: str) -> Condition:
    return next((condition(c) for c in conditions if c.type_ == kind), Condition(type=kind))


def _main(containers: Sequence[api.Container]) -> api.Container:
    return containers[ingress_index(containers)] if containers else api.Container()


def _word(words: dict[str, str], name: str) -> str:
    return words.get(name, name)
