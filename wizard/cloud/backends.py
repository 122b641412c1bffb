"""The machines behind an internal passthrough load balancer: backend service, then its instance groups."""

from __future__ import annotations

import asyncio

from google.cloud import compute_v1 as api

from wizard.cloud.compute_client import ComputeClient
from wizard.cloud.links import last, part

_PAGE = 500


class Backends:
    """What is behind backend services, by link. Every method raises CloudError."""

    def __init__(self, client: ComputeClient) -> None:
        self._client = client

    async def names(self, backend_service: str) -> tuple[str, ...] | None:
        """The names of the VMs in every instance group of a regional backend service, in the order of the groups.

        None when the service is not regional, or has a backend that is no instance group.
        """
        project, region = part(backend_service, "projects"), part(backend_service, "regions")
        if not (project and region):
            return None

        def get(client: api.RegionBackendServicesClient, timeout: float) -> api.BackendService:
            request = api.GetRegionBackendServiceRequest(
                project=project, region=region, backend_service=last(backend_service)
            )
            return client.get(request=request, timeout=timeout, retry=None)

        doing = "read a backend service"
        found = await self._client.read(doing, backend_service, api.RegionBackendServicesClient, get)
        groups = [backend.group for backend in found.backends]
        if not all(part(group, "instanceGroups") for group in groups):
            return None
        listed = await asyncio.gather(*map(self._group, groups))
        return tuple(dict.fromkeys(name for names in listed for name in names))

    async def _group(self, link: str) -> list[str]:
        return await (self._zonal(link) if part(link, "zones") else self._regional(link))

    async def _zonal(self, link: str) -> list[str]:
        def page(
            client: api.InstanceGroupsClient, token: str | None, timeout: float
        ) -> api.InstanceGroupsListInstances:
            request = api.ListInstancesInstanceGroupsRequest(
                project=part(link, "projects"),
                zone=part(link, "zones"),
                instance_group=last(link),
                instance_groups_list_instances_request_resource=api.InstanceGroupsListInstancesRequest(
                    instance_state="ALL"
                ),
                max_results=_PAGE,
                page_token=token,
            )
            return next(client.list_instances(request=request, timeout=timeout, retry=None).pages)

        pages = await self._client.pages("list the instances of a group", api.InstanceGroupsClient, page)
        return [last(item.instance) for p in pages for item in p.items]

    async def _regional(self, link: str) -> list[str]:
        def page(
            client: api.RegionInstanceGroupsClient, token: str | None, timeout: float
        ) -> api.RegionInstanceGroupsListInstances:
            request = api.ListInstancesRegionInstanceGroupsRequest(
                project=part(link, "projects"),
                region=part(link, "regions"),
                instance_group=last(link),
                region_instance_groups_list_instances_request_resource=api.RegionInstanceGroupsListInstancesRequest(
                    instance_state="ALL"
                ),
                max_results=_PAGE,
                page_token=token,
            )
            return next(client.list_instances(request=request, timeout=timeout, retry=None).pages)

        pages = await self._client.pages("list the instances of a group", api.RegionInstanceGroupsClient, page)
        return [last(item.instance) for p in pages for item in p.items]
