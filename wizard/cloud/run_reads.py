"""What is read from Cloud Run."""

from __future__ import annotations

from google.cloud import run_v2 as api

from wizard.cloud import run_records as records
from wizard.cloud.calls import Caller
from wizard.cloud.paging import all_pages, first_page
from wizard.cloud.run_client import RunClients, full_name
from wizard.errors import CloudError
from wizard.records import Execution, Job, Ref, Revision, Service, Task


class RunReads:
    """Reads of one project. Every method raises CloudError."""

    def __init__(self, clients: RunClients, caller: Caller, project: str) -> None:
        self._clients = clients
        self._caller = caller
        self._project = project

    async def services(self, region: str) -> tuple[Service, ...]:
        async def page(token: str, timeout: float) -> api.ListServicesResponse:
            request = api.ListServicesRequest(parent=self._location(region), page_token=token)
            return await first_page(await self._clients.services.list_services(request, timeout=timeout, retry=None))

        pages = await all_pages(self._caller, "list services", region, page)
        return tuple(records.service(message) for p in pages for message in p.services)

    async def revisions(self, region: str, service: str) -> tuple[Revision, ...]:
        async def page(token: str, timeout: float) -> api.ListRevisionsResponse:
            parent = f"{self._location(region)}/services/{service}"
            request = api.ListRevisionsRequest(parent=parent, page_token=token)
            return await first_page(await self._clients.revisions.list_revisions(request, timeout=timeout, retry=None))

        pages = await all_pages(self._caller, "list revisions", f"service {service}", page)
        return tuple(records.revision(message) for p in pages for message in p.revisions)

    async def jobs(self, region: str) -> tuple[Job, ...]:
        async def page(token: str, timeout: float) -> api.ListJobsResponse:
            request = api.ListJobsRequest(parent=self._location(region), page_token=token)
            return await first_page(await self._clients.jobs.list_jobs(request, timeout=timeout, retry=None))

        pages = await all_pages(self._caller, "list jobs", region, page)
        return tuple(records.job(message) for p in pages for message in p.jobs)

    async def find_service(self, ref: Ref) -> Service:
        return records.service(await self.service(ref))

    async def find_revision(self, ref: Ref) -> Revision:
        """A revision by its name `SERVICE/REVISION`."""
        return records.revision(await self.revision(ref))

    async def find_job(self, ref: Ref) -> Job:
        return records.job(await self.job(ref))

    async def service(self, ref: Ref) -> api.Service:
        """The message itself, to be changed and sent back."""

        async def get(timeout: float) -> api.Service:
            return await self._clients.services.get_service(name=full_name(ref), timeout=timeout, retry=None)

        return await self._caller.read(f"read {ref}", str(ref), get)

    async def revision(self, ref: Ref) -> api.Revision:
        async def get(timeout: float) -> api.Revision:
            return await self._clients.revisions.get_revision(name=full_name(ref), timeout=timeout, retry=None)

        return await self._caller.read(f"read {ref}", str(ref), get)

    async def job(self, ref: Ref) -> api.Job:
        async def get(timeout: float) -> api.Job:
            return await self._clients.jobs.get_job(name=full_name(ref), timeout=timeout, retry=None)

        return await self._caller.read(f"read {ref}", str(ref), get)

    async def execution(self, job: Ref, name: str) -> Execution | None:
        """One execution of a job; None when there is none of this name."""

        async def get(timeout: float) -> api.Execution:
            path = f"{full_name(job)}/executions/{name}"
            return await self._clients.executions.get_execution(name=path, timeout=timeout, retry=None)

        try:
            return records.execution(await self._caller.read(f"read execution {name}", str(job), get))
        except CloudError as error:
            if error.status == "NOT_FOUND":
                return None
            raise

    async def tasks(self, job: Ref, execution: str) -> tuple[Task, ...]:
        """The tasks of an execution, by index."""

        async def page(token: str, timeout: float) -> api.ListTasksResponse:
            request = api.ListTasksRequest(parent=f"{full_name(job)}/executions/{execution}", page_token=token)
            return await first_page(await self._clients.tasks.list_tasks(request, timeout=timeout, retry=None))

        pages = await all_pages(self._caller, "list tasks", f"execution {execution}", page)
        found = [records.task(message) for p in pages for message in p.tasks]
        return tuple(sorted(found, key=lambda task: task.index))

    def _location(self, region: str) -> str:
        return f"projects/{self._project}/locations/{region}"
