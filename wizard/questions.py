"""Everything that may be asked, once: the source of flags, of the answers file's keys, and of prompts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wizard import answer_rules as rules
from wizard.answers import Answers
from wizard.network import names
from wizard.network.limits import limits
from wizard.question import Kind, Question

_SIZES = limits().connector


def _connector(answers: Answers) -> bool:
    return answers.egress_path != "direct"


def _direct(answers: Answers) -> bool:
    return answers.egress_path != "connector"


def _all_traffic(answers: Answers) -> bool:
    return answers.egress == "all-traffic"


def _named(check: Callable[..., None]) -> Callable[[str, str], None]:
    return lambda text, field: check(text, field=field)


QUESTIONS: tuple[Question, ...] = (
    Question(
        key="project",
        flag="--project",
        prompt="Project id",
        help="id of the Google Cloud project",
        example="my-project-123",
        check=_named(names.check_project_id),
    ),
    Question(
        key="region",
        flag="--region",
        prompt="Region of the service",
        help="region of the Cloud Run service",
        example="us-central1",
        check=_named(names.check_region),
    ),
    Question(
        key="service",
        flag="--service",
        prompt="Cloud Run service",
        help="Cloud Run service that shall reach the network",
        example="my-service",
        required=True,
        check=_named(names.check_service_name),
    ),
    Question(
        key="image",
        flag="--image",
        prompt="Container image (only if the service does not exist yet)",
        help="container image, only to create the service",
        example="us-docker.pkg.dev/cloudrun/container/hello",
        check=rules.image,
    ),
    Question(
        key="targets",
        flag="--target",
        prompt="What shall it reach? URLs or host:port",
        help="what shall be reached: a redis://, postgres://, mysql://, http://, https:// or tcp:// URL, or host:port",
        example="redis://10.0.0.3:6379",
        kind=Kind.LIST,
        required=True,
        check=rules.target,
    ),
    Question(
        key="network",
        flag="--network",
        prompt="VPC network (empty: the one the targets are in)",
        help="VPC network; by default the one in which the targets are",
        example="my-vpc",
        check=_named(names.check_resource_name),
    ),
    Question(
        key="egress_path",
        flag="--egress-path",
        prompt="Way into the network (empty: as recommended)",
        help="a Serverless VPC Access connector, or Direct VPC egress; by default as recommended",
        example="connector",
        choices=("connector", "direct"),
    ),
    Question(
        key="egress",
        flag="--egress",
        prompt="Which traffic goes through the network",
        help="which outbound traffic goes through the network",
        example="private-ranges-only",
        choices=("private-ranges-only", "all-traffic"),
    ),
    Question(
        key="range",
        flag="--range",
        prompt="Range of the new subnet",
        help="CIDR range of the new subnet (a /28 for a connector, a /26 or larger for Direct VPC egress), or auto",
        example="10.8.0.0/28",
        check=rules.cidr_or_auto,
    ),
    Question(
        key="subnet",
        flag="--subnet",
        prompt="Existing subnet instead (empty: a new one)",
        help="an existing subnet to use instead of a new one",
        example="my-subnet",
        check=_named(names.check_resource_name),
    ),
    Question(
        key="firewall",
        flag="--firewall",
        prompt="Firewall rules",
        help="add the rules that are missing, or leave the firewall as it is",
        example="add",
        choices=("add", "leave"),
    ),
    Question(
        key="nat",
        flag="--nat",
        prompt="Cloud NAT",
        help="with all-traffic: create Cloud NAT where it is missing, or leave it",
        example="auto",
        choices=("auto", "leave"),
        applies=_all_traffic,
    ),
    Question(
        key="connector.name",
        flag="--connector-name",
        prompt="Connector name (empty: after the service)",
        help="name of the connector, existing or new",
        example="my-connector",
        check=_named(names.check_connector_name),
        applies=_connector,
    ),
    Question(
        key="connector.machine_type",
        flag="--machine-type",
        prompt="Machine type of the connector",
        help="machine type of a new connector",
        example="e2-micro",
        choices=_SIZES.machine_types,
        applies=_connector,
    ),
    Question(
        key="connector.min_instances",
        flag="--min-instances",
        prompt="Fewest instances of the connector",
        help="fewest instances of a new connector, {} to {}".format(*_SIZES.min_instances),
        example="2",
        kind=Kind.WHOLE,
        low=_SIZES.min_instances[0],
        high=_SIZES.min_instances[1],
        applies=_connector,
    ),
    Question(
        key="connector.max_instances",
        flag="--max-instances",
        prompt="Most instances of the connector",
        help="most instances of a new connector, {} to {}".format(*_SIZES.max_instances),
        example="3",
        kind=Kind.WHOLE,
        low=_SIZES.max_instances[0],
        high=_SIZES.max_instances[1],
        applies=_connector,
    ),
    Question(
        key="connector.bare_range",
        flag="--bare-range",
        prompt="Connector on a bare range instead of a subnet",
        help="put a new connector on a bare range (a hidden subnet) instead of a subnet of its own",
        example="false",
        kind=Kind.SWITCH,
        applies=_connector,
    ),
    Question(
        key="direct.tags",
        flag="--tag",
        prompt="Network tags of the service",
        help="network tag of the service's revisions, for egress firewall rules",
        example="cloud-run",
        kind=Kind.LIST,
        check=_named(names.check_network_tag),
        applies=_direct,
    ),
    Question(
        key="env",
        flag="--env",
        prompt="Environment variables, NAME=VALUE",
        help="environment variable to set, in the clear",
        example="REDIS_HOST=10.0.0.3",
        kind=Kind.PAIRS,
        check_pair=rules.env_literal,
    ),
    Question(
        key="secrets",
        flag="--secret",
        prompt="Variables from Secret Manager, NAME=SECRET:VERSION",
        help="environment variable to take from Secret Manager",
        example="DB_PASSWORD=db-password:latest",
        kind=Kind.PAIRS,
        check_pair=rules.secret_reference,
    ),
    Question(
        key="probe.attempts",
        flag="--attempts",
        prompt="Fresh instances per target in the live test",
        help="fresh instances that test each target, 1 to 10",
        example="2",
        kind=Kind.WHOLE,
        low=1,
        high=10,
    ),
    Question(
        key="probe.timeout",
        flag="--timeout",
        prompt="Seconds to wait for a connection",
        help="seconds that one connection of the live test may take, 0.1 to 60",
        example="5",
        kind=Kind.NUMBER,
        low=0.1,
        high=60,
    ),
    Question(
        key="probe.write",
        flag="--write",
        prompt="Also write and delete a throw-away key in Redis",
        help="also set, get and delete a throw-away key in Redis",
        example="false",
        kind=Kind.SWITCH,
    ),
    Question(
        key="probe.start_window",
        flag="--start-window",
        prompt="Seconds that the network of a fresh instance may take to come up",
        help="seconds that the network of a fresh instance may take to come up (Direct VPC egress), 0 to 600",
        example="90",
        kind=Kind.NUMBER,
        low=0,
        high=600,
        applies=_direct,
    ),
    Question(
        key="probe.baseline",
        flag="--baseline",
        prompt="Live test before anything is changed as well",
        help="run the live test before anything is changed, too: red before, green after",
        example="false",
        kind=Kind.SWITCH,
    ),
    Question(
        key="probe.image",
        flag="--probe-image",
        prompt="Python image of the live test (empty: the usual one)",
        help="another Python image for the live test, such as one in a mirror of your own",
        example="python:3.12-slim",
        check=rules.image,
    ),
)

BY_KEY: Mapping[str, Question] = {question.key: question for question in QUESTIONS}
