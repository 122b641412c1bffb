"""The end of the plan: the probe with the planned settings, and only then the service."""

from __future__ import annotations

from wizard.plan.setup.draft import Draft, Egress
from wizard.plan.step import Change, Op
from wizard.plan.steps._service_words import effective_traffic
from wizard.plan.steps.new_service import CreateService
from wizard.plan.steps.probe import DeleteJob, RunProbe
from wizard.plan.steps.service import PatchService
from wizard.plan.steps.traffic import ShiftTraffic
from wizard.records import EnvValue, Literal, SecretRef, Service, VpcAccess


def wanted_vpc(draft: Draft, egress: Egress) -> VpcAccess:
    """The template's network settings."""
    if egress.kind == "connector":
        name = f"projects/{draft.project}/locations/{draft.region}/connectors/{egress.connector}"
        return VpcAccess(connector=name, egress=draft.answers.egress)
    return VpcAccess(network=egress.network.name, subnet=egress.subnet, tags=egress.tags, egress=draft.answers.egress)


def add_probe(
    draft: Draft, name: str, vpc: VpcAccess, *, after: tuple[str, ...], baseline: bool = False, parallelism: int = 0
) -> str:
    """The probe job and its removal, which always runs; the id of the probe step."""
    options, service = draft.answers.probe, draft.inventory.service
    probe = RunProbe(
        project=draft.project,
        region=draft.region,
        name=name,
        token=draft.token,
        targets=tuple(t.url for t in draft.targets),
        vpc=vpc,
        attempts=1 if baseline else options.attempts,
        timeout=options.timeout,
        start_window=0.0 if baseline or vpc.kind != "direct" else options.start_window,
        write=options.write and not baseline,
        image=options.image,
        parallelism=parallelism,
        service_account=service.service_account if service else "",
        baseline=baseline,
    )
    probe_id = draft.add(probe, after=after)
    clean = DeleteJob(project=draft.project, region=draft.region, name=name)
    change = Change(op=Op.DELETE, reason="the probe job is never left behind")
    draft.add(clean, after=(probe_id,), change=change)
    return probe_id


def add_service(draft: Draft, egress: Egress, *, after: tuple[str, ...]) -> None:
    """Patch the service, held at 0 % until ready, then shift traffic; or create it."""
    name, vpc = draft.answers.service, wanted_vpc(draft, egress)
    env: dict[str, EnvValue] = {key: Literal(value) for key, value in draft.answers.env.items()}
    env |= {key: _secret(reference) for key, reference in draft.answers.secrets.items()}
    service = draft.inventory.service
    if service is None:
        _create(draft, name, vpc, env, after)
        return
    _report(draft, service, egress)
    follows = any(not t.revision and t.percent for t in effective_traffic(service.traffic))
    hold = f"runvpc-{draft.token}" if follows and service.latest_ready else ""
    leaves = service.vpc.kind if service.vpc.kind not in ("none", vpc.kind) else ""
    patch = PatchService(
        project=draft.project, region=draft.region, name=name, vpc=vpc, env=env, hold=hold, leaves=leaves
    )
    patch_id = draft.add(patch, service, after=after)
    if hold and patch.decide(service).op is Op.CHANGE:
        shift = ShiftTraffic(
            project=draft.project, region=draft.region, name=name, to=service.traffic, hold=hold, vpc=vpc
        )
        draft.add(shift, patch.predict(service), after=(patch_id,))


def _create(draft: Draft, name: str, vpc: VpcAccess, env: dict[str, EnvValue], after: tuple[str, ...]) -> None:
    image = draft.answers.image
    if not image:
        draft.block(
            "service_missing",
            f"there is no service {name} in {draft.region}",
            "--image IMAGE creates it; or another --service",
        )
        return
    step = CreateService(project=draft.project, region=draft.region, name=name, image=image, vpc=vpc, env=env)
    draft.add(step, after=after)
    draft.warn(
        "no_invoker",
        f"nobody may invoke the new service {name} yet",
        f"gcloud run services add-iam-policy-binding {name} --project={draft.project} --region={draft.region}"
        " --member=user:YOU@example.com --role=roles/run.invoker",
    )


def _report(draft: Draft, service: Service, egress: Egress) -> None:
    where = f"--project={draft.project} --region={draft.region}"
    split = effective_traffic(service.traffic)
    if not any(not t.revision and t.percent for t in split):
        pinned = ", ".join(f"{t.revision} {t.percent} %" for t in split if t.percent)
        draft.warn(
            "traffic_pinned",
            f"traffic of {service.name} is pinned ({pinned}): the new revision will get none",
            f"gcloud run services update-traffic {service.name} {where} --to-latest",
        )
    probe = service.startup_probe
    if egress.kind == "direct" and (probe is None or probe.type == "tcp"):
        what = "no start-up probe" if probe is None else "a TCP start-up probe only"
        draft.warn(
            "startup_probe",
            f"{service.name} has {what}: with Direct VPC egress a fresh instance may have no network for a minute",
            f"gcloud run services update {service.name} {where} --startup-probe="
            "httpGet.path=/healthz,httpGet.port=8080,periodSeconds=10,failureThreshold=12",
        )
    if service.vpc.kind not in ("none", egress.kind):
        draft.warn(
            "has_vpc_access",
            f"{service.name} already uses {service.vpc.kind} egress: this replaces it",
            "test with a tagged revision first; undo returns to the earlier settings",
        )
    owner = service.labels.get("managed-by", "") or service.labels.get("goog-terraform-provisioned", "")
    if owner:
        draft.warn(
            "managed_elsewhere",
            f"labels say that something else manages {service.name}; its next deploy may undo this",
            "put the exported settings there as well: runvpc export last --format terraform",
        )


def _secret(reference: str) -> SecretRef:
    name, _, version = reference.partition(":")
    return SecretRef(name, version or "latest")
