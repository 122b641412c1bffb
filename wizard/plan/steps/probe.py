"""The live test: a Cloud Run job with the network settings in question, and its removal."""

from __future__ import annotations

import asyncio
from time import monotonic

from wizard.errors import CloudError
from wizard.plan.step import Change, Needs, Op, Outcome, Step
from wizard.plan.steps import _service_words as words
from wizard.ports import Cloud, Operation
from wizard.probe import targets as probe_targets
from wizard.probe import verdicts
from wizard.probe.job import probe_job
from wizard.records import AnyResource, Execution, Job, ProbeResult, Ref, VpcAccess

_POLL_SECONDS = (0.1, 2.0)
_LOG_TRIES = 3


class RunProbe(Step, frozen=True, kw_only=True, tag="probe"):
    """Creates the job `name`, which starts the execution `name-token`, and reads what its tasks met.

    `targets` are URLs; one task per target and attempt. Seconds: `timeout` per connection, `start_window` for the
    network of a fresh instance to come up. A `baseline` probe reports and never fails the run.
    """

    region: str
    name: str
    token: str
    targets: tuple[str, ...]
    vpc: VpcAccess
    attempts: int = 2
    timeout: float = 5.0
    start_window: float = 90.0
    write: bool = False
    image: str = ""
    parallelism: int = 0
    service_account: str = ""
    baseline: bool = False

    @property
    def ref(self) -> Ref:
        return Ref(kind="job", project=self.project, location=self.region, name=self.name)

    @property
    def title(self) -> str:
        when = "before any change" if self.baseline else "with the planned settings"
        return f"live test of {len(self.targets)} target(s) {when}, {self.attempts} fresh instance(s) each"

    @property
    def needs(self) -> Needs:
        return Needs(
            apis=("run.googleapis.com",),
            permissions=(
                "run.jobs.create",
                "run.jobs.run",
                "run.jobs.delete",
                "run.executions.get",
                "run.tasks.list",
                "iam.serviceAccounts.actAs",
            ),
        )

    @property
    def usual(self) -> float:
        return 60.0

    def job(self) -> Job:
        """The job as it is created."""
        return probe_job(
            name=self.name,
            region=self.region,
            targets=tuple(probe_targets.parse(t) for t in self.targets),
            vpc=self.vpc,
            attempts=self.attempts,
            timeout=self.timeout,
            start_window=self.start_window,
            write=self.write,
            image=self.image,
            parallelism=self.parallelism,
            service_account=self.service_account,
            start_token=self.token,
        )

    def decide(self, found: AnyResource | None) -> Change:
        if isinstance(found, Job):
            return Change(op=Op.REUSE, reason="this job exists already")
        return Change(op=Op.CREATE, reason="red before, green after" if self.baseline else "proof before the change")

    def inverse(self, change: Change, before: AnyResource | None) -> Step | None:
        if change.op is not Op.CREATE:
            return None
        return DeleteJob(project=self.project, region=self.region, name=self.name)

    def gcloud(self) -> list[list[str]]:
        job = self.job()
        where = [f"--project={self.project}", f"--region={self.region}"]
        create = ["gcloud", "run", "jobs", "create", self.name, *where, f"--image={job.image}"]
        create += [f"--tasks={job.tasks}", "--max-retries=0", f"--task-timeout={job.timeout}s"]
        create += [f"--command={','.join(job.command)}", "--args=^@@^" + "@@".join(job.args)]
        create += words.env_flags(job.env)
        create += [flag for flag in words.vpc_flags(self.vpc) if flag != "--clear-network"]
        return [create, ["gcloud", "run", "jobs", "execute", self.name, *where, "--wait"]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        return await cloud.create(self.ref, self.job(), request_id=request_id)

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        name = f"{self.name}-{self.token}"
        try:
            execution = await self._ended(cloud, name)
        except TimeoutError:
            return Outcome(error=f"execution {name} did not end in time", code="probe_not_run", fix="undo removes it")
        results = await self._results(cloud, execution)
        failed = [r for r in results if not r.connected]
        if self.baseline or not failed:
            connected = len(results) - len(failed)
            return Outcome(observed=f"{connected} of {len(results)} connected", probe=results)
        return Outcome(
            error="; ".join(f"{r.target}: {r.verdict}" for r in failed),
            code="not_connected",
            fix=verdicts.advice(failed[0].verdict, failed[0].layer),
            observed=f"{len(results) - len(failed)} of {len(results)} connected",
            probe=results,
        )

    async def _ended(self, cloud: Cloud, name: str) -> Execution:
        """The execution once it is complete; TimeoutError when that takes longer than all its tasks may."""
        job = self.job()
        rounds = -(-job.tasks // (job.parallelism or job.tasks))
        end = monotonic() + 120 + rounds * (job.timeout + 30)
        pause, longest = _POLL_SECONDS
        while monotonic() < end:
            execution = await cloud.execution(self.ref, name)
            if execution is not None and execution.completed:
                return execution
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, longest)
        raise TimeoutError

    async def _results(self, cloud: Cloud, execution: Execution) -> tuple[ProbeResult, ...]:
        tasks = await cloud.tasks(self.ref, execution.name)
        lines: tuple[str, ...] = ()
        for _ in range(_LOG_TRIES):
            try:
                lines = await cloud.log_lines(self.ref, execution.name)
            except CloudError:
                break
            if len(lines) >= len(tasks):
                break
            await asyncio.sleep(0.5)
        return verdicts.summarise(self.targets, tasks, lines)


class DeleteJob(Step, frozen=True, kw_only=True, tag="probe-cleanup"):
    """Removes a probe job of ours with its executions; runs whatever became of the probe."""

    region: str
    name: str

    @property
    def ref(self) -> Ref:
        return Ref(kind="job", project=self.project, location=self.region, name=self.name)

    @property
    def title(self) -> str:
        return f"remove the probe job {self.name}"

    @property
    def always(self) -> bool:
        return True

    @property
    def reversible(self) -> bool:
        return False

    @property
    def needs(self) -> Needs:
        return Needs(apis=("run.googleapis.com",), permissions=("run.jobs.delete",))

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, Job):
            return Change(op=Op.SKIP, reason="already gone")
        return Change(op=Op.DELETE, reason="the probe job is never left behind")

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "run", "jobs", "delete", self.name]
        return [[*command, f"--project={self.project}", f"--region={self.region}", "--quiet"]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        return await cloud.delete(self.ref, etag="", request_id=request_id)
