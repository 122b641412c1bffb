"""Services and jobs as v2 can have them, as far as v1 can say the same, for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

WORDS = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
TEXTS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
COUNTS = st.integers(1, 900)
SECONDS = COUNTS.map(lambda n: f"{n}s")
SECRETS = WORDS | st.builds("projects/{}/secrets/{}".format, WORDS, WORDS)
VERSIONS = st.sampled_from(["latest", "1", "7"])
NAMES = st.dictionaries(WORDS | WORDS.map(lambda word: f"example.com/{word}"), TEXTS, min_size=1, max_size=3)


def body(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A JSON object with some of the fields."""
    return st.fixed_dictionaries({}, optional=optional)


def with_fields(
    required: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


def some(items: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(items, min_size=1, max_size=most)


VARIABLE = with_fields({"name": WORDS}, value=TEXTS) | with_fields(
    {
        "name": WORDS,
        "valueSource": st.fixed_dictionaries(
            {"secretKeyRef": st.fixed_dictionaries({"secret": SECRETS, "version": VERSIONS})}
        ),
    }
)
ACTIONS = (
    st.fixed_dictionaries({"httpGet": with_fields({"path": st.just("/ready")}, port=COUNTS)})
    | st.fixed_dictionaries({"tcpSocket": st.fixed_dictionaries({"port": COUNTS})})
    | st.fixed_dictionaries({"grpc": with_fields({"port": COUNTS}, service=WORDS)})
)
TIMES = body(initialDelaySeconds=COUNTS, timeoutSeconds=COUNTS, periodSeconds=COUNTS, failureThreshold=COUNTS)
PROBES = st.builds(lambda action, times: {**action, **times}, ACTIONS, TIMES)
LIMITS = st.fixed_dictionaries({"cpu": st.sampled_from(["1", "500m"]), "memory": st.just("512Mi")})
MOUNTS = some(st.fixed_dictionaries({"name": WORDS.map("v-{}".format), "mountPath": WORDS.map("/{}".format)}))

CONTAINER: dict[str, st.SearchStrategy[Any]] = {
    "command": some(TEXTS),
    "args": some(TEXTS),
    "env": some(VARIABLE),
    "volumeMounts": MOUNTS,
    "workingDir": st.just("/srv"),
    "startupProbe": PROBES,
    "livenessProbe": PROBES,
}

VOLUMES = st.one_of(
    st.fixed_dictionaries(
        {
            "secret": with_fields(
                {"secret": SECRETS},
                items=some(with_fields({"path": WORDS, "version": VERSIONS}, mode=COUNTS)),
                defaultMode=COUNTS,
            )
        }
    ),
    st.fixed_dictionaries({"emptyDir": body(medium=st.just("MEMORY"), sizeLimit=st.just("64Mi"))}),
    st.fixed_dictionaries(
        {"nfs": with_fields({"server": WORDS, "path": WORDS.map("/{}".format)}, readOnly=st.booleans())}
    ),
    st.fixed_dictionaries({"gcs": with_fields({"bucket": WORDS}, readOnly=st.booleans(), mountOptions=some(WORDS))}),
)

EGRESS = st.sampled_from(["ALL_TRAFFIC", "PRIVATE_RANGES_ONLY"])
CONNECTORS = st.builds("projects/{}/locations/us-central1/connectors/{}".format, WORDS, WORDS)
INTERFACES = st.one_of(
    with_fields({"network": WORDS}, subnetwork=WORDS, tags=some(WORDS)), with_fields({"subnetwork": WORDS})
)
VPC = with_fields({"connector": CONNECTORS}, egress=EGRESS) | with_fields(
    {"networkInterfaces": st.lists(INTERFACES, min_size=1, max_size=1)}, egress=EGRESS
)

TASK_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "vpcAccess": VPC,
    "timeout": SECONDS,
    "serviceAccount": WORDS.map("{}@x.iam.gserviceaccount.com".format),
    "executionEnvironment": st.sampled_from(["EXECUTION_ENVIRONMENT_GEN1", "EXECUTION_ENVIRONMENT_GEN2"]),
    "encryptionKey": WORDS.map("projects/p/locations/l/keyRings/r/cryptoKeys/{}".format),
    "nodeSelector": st.fixed_dictionaries({"accelerator": st.just("nvidia-l4")}),
    "gpuZonalRedundancyDisabled": st.booleans(),
}


@st.composite
def volumes(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Volumes with names of their own; sometimes one of Cloud SQL, as v1 calls it."""
    drawn = draw(st.lists(VOLUMES, max_size=2))
    return [{"name": f"own{index}", **volume} for index, volume in enumerate(drawn)]


@st.composite
def revision_templates(draw: st.DrawFn) -> dict[str, Any]:
    """A template of a service: the processor is the same for all containers, and one of them takes the requests."""
    resources = draw(with_fields({"limits": LIMITS, "cpuIdle": st.booleans()}, startupCpuBoost=st.booleans()))
    first: dict[str, Any] = {"ports": [{"name": "http1", "containerPort": draw(COUNTS)}]}
    second: dict[str, Any] = {"dependsOn": ["one"]}
    containers = [
        {"name": name, "image": draw(TEXTS), "resources": resources, **more, **draw(body(**CONTAINER))}
        for name, more in (("one", first), ("two", second))
    ]
    own = {"volumes": found} if (found := draw(volumes())) else {}
    return {
        "containers": containers[: draw(st.integers(1, 2))],
        **own,
        **draw(
            body(
                **TASK_FIELDS,
                labels=NAMES,
                annotations=NAMES,
                revision=WORDS,
                scaling=with_fields({"maxInstanceCount": COUNTS}, minInstanceCount=COUNTS),
                maxInstanceRequestConcurrency=COUNTS,
                sessionAffinity=st.booleans(),
                healthCheckDisabled=st.booleans(),
                serviceMesh=st.fixed_dictionaries({"mesh": WORDS}),
                encryptionKeyRevocationAction=st.sampled_from(["PREVENT_NEW", "SHUTDOWN"]),
                encryptionKeyShutdownDuration=COUNTS.map(lambda hours: f"{hours * 3600}s"),
            )
        ),
    }


TARGETS = st.lists(
    with_fields({"type": st.just("TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST")}, percent=COUNTS, tag=WORDS)
    | with_fields(
        {"type": st.just("TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"), "revision": WORDS}, percent=COUNTS, tag=WORDS
    ),
    min_size=1,
    max_size=3,
)
BINARY = body(breakglassJustification=TEXTS).flatmap(
    lambda more: st.sampled_from([{"useDefault": True, **more}, {"policy": "projects/p/policy", **more}])
)
CLIENT: dict[str, st.SearchStrategy[Any]] = {
    "labels": NAMES,
    "annotations": NAMES,
    "launchStage": st.sampled_from(["GA", "BETA"]),
    "client": TEXTS,
    "clientVersion": TEXTS,
    "binaryAuthorization": BINARY,
}
SCALING = body(
    minInstanceCount=COUNTS,
    maxInstanceCount=COUNTS,
    scalingMode=st.sampled_from(["AUTOMATIC", "MANUAL"]),
    manualInstanceCount=COUNTS,
).filter(bool)

SERVICES = with_fields(
    {
        "name": WORDS.map("projects/demo-project/locations/us-central1/services/{}".format),
        "template": revision_templates(),
        "traffic": TARGETS,
    },
    **CLIENT,
    description=TEXTS,
    ingress=st.sampled_from(
        ["INGRESS_TRAFFIC_ALL", "INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"]
    ),
    scaling=SCALING,
    invokerIamDisabled=st.booleans(),
    defaultUriDisabled=st.booleans(),
    iapEnabled=st.booleans(),
    customAudiences=some(TEXTS),
)


@st.composite
def task_templates(draw: st.DrawFn) -> dict[str, Any]:
    """A template of a job's tasks."""
    own = {"volumes": found} if (found := draw(volumes())) else {}
    container = {"image": draw(TEXTS), "resources": {"limits": draw(LIMITS)}, **draw(body(**CONTAINER))}
    return {"containers": [container], **own, **draw(body(**TASK_FIELDS, maxRetries=st.integers(0, 10)))}


JOBS = with_fields(
    {
        "name": WORDS.map("projects/demo-project/locations/us-central1/jobs/{}".format),
        "template": with_fields(
            {"template": task_templates()}, labels=NAMES, annotations=NAMES, taskCount=COUNTS, parallelism=COUNTS
        ),
    },
    **CLIENT,
    startExecutionToken=WORDS,
)

CLOUD_SQL = {"name": "cloudsql", "cloudSqlInstance": {"instances": ["p:us-central1:one", "p:us-central1:two"]}}
