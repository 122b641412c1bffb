"""Records as the messages with which Cloud Run creates services and jobs."""

from __future__ import annotations

from google.cloud import run_v2 as api
from google.protobuf.duration_pb2 import Duration

from wizard.cloud.run_records import EGRESS, INGRESS
from wizard.errors import InputError
from wizard.records import EnvValue, Job, Literal, SecretRef, Service, StartupProbe, Traffic, VpcAccess

_EGRESS: dict[str, int] = {words: getattr(api.VpcAccess.VpcEgress, name) for name, words in EGRESS.items()}
_INGRESS: dict[str, int] = {words: getattr(api.IngressTraffic, name) for name, words in INGRESS.items()}


def service(record: Service) -> api.Service:
    """A new service; what the record leaves empty is the API's default."""
    container = api.Container(image=record.image, env=environment(record.env))
    if record.port:
        container.ports = [api.ContainerPort(container_port=record.port)]
    if record.startup_probe:
        container.startup_probe = startup_probe(record.startup_probe)
    template = api.RevisionTemplate(
        containers=[container],
        service_account=record.service_account,
        scaling=api.RevisionScaling(min_instance_count=record.min_instances, max_instance_count=record.max_instances),
    )
    if record.vpc.kind != "none":
        template.vpc_access = vpc_access(record.vpc)
    ingress = _number(_INGRESS, record.ingress) if record.ingress else 0
    return api.Service(template=template, labels=record.labels, ingress=ingress)


def job(record: Job) -> api.Job:
    """A new job. With a start token its creation starts an execution: there is no second call to lose."""
    task = api.TaskTemplate(
        containers=[
            api.Container(image=record.image, command=record.command, args=record.args, env=environment(record.env))
        ],
        max_retries=record.max_retries,
        timeout=Duration(seconds=record.timeout),
        service_account=record.service_account,
    )
    if record.vpc.kind != "none":
        task.vpc_access = vpc_access(record.vpc)
    template = api.ExecutionTemplate(task_count=record.tasks, parallelism=record.parallelism, template=task)
    message = api.Job(template=template, labels=record.labels)
    if record.start_token:
        message.start_execution_token = record.start_token
    return message


def vpc_access(record: VpcAccess) -> api.VpcAccess:
    """Exactly one of connector and network interface (facts: trap 4)."""
    message = api.VpcAccess(egress=_number(_EGRESS, record.egress) if record.egress else 0)
    if record.connector:
        message.connector = record.connector
    else:
        message.network_interfaces = [
            api.VpcAccess.NetworkInterface(network=record.network, subnetwork=record.subnet, tags=record.tags)
        ]
    return message


def environment(values: dict[str, EnvValue]) -> list[api.EnvVar]:
    """Variables of a new container: literals and secret references."""
    return [variable(name, value) for name, value in values.items() if isinstance(value, Literal | SecretRef)]


def variable(name: str, value: Literal | SecretRef) -> api.EnvVar:
    if isinstance(value, Literal):
        return api.EnvVar(name=name, value=value.value)
    ref = api.SecretKeySelector(secret=value.secret, version=value.version)
    return api.EnvVar(name=name, value_source=api.EnvVarSource(secret_key_ref=ref))


def startup_probe(record: StartupProbe) -> api.Probe:
    message = api.Probe(
        initial_delay_seconds=record.initial_delay,
        period_seconds=record.period,
        timeout_seconds=record.timeout,
        failure_threshold=record.failure_threshold,
    )
    if record.type == "http":
        message.http_get = api.HTTPGetAction(path=record.path, port=record.port)
    elif record.type == "grpc":
        message.grpc = api.GRPCAction(service=record.path, port=record.port)
    else:
        message.tcp_socket = api.TCPSocketAction(port=record.port)
    return message


def traffic(record: Traffic) -> api.TrafficTarget:
    kinds = api.TrafficTargetAllocationType
    latest = kinds.TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST
    revision = kinds.TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION
    return api.TrafficTarget(
        type_=revision if record.revision else latest,
        revision=record.revision,
        percent=record.percent,
        tag=record.tag,
    )


def _number(table: dict[str, int], words: str) -> int:
    """An enum's number: of our words for it, or of one that this client did not know when it read it."""
    if words in table:
        return table[words]
    number = words.removeprefix("UNKNOWN_")
    if number.isdigit():
        return int(number)
    raise InputError(f"{words!r} is not a setting of Cloud Run", field="egress", fix="one of " + ", ".join(table))
