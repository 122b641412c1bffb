"""Cloud Run's gRPC clients on one channel."""

from __future__ import annotations

import grpc
from google.cloud import run_v2 as api
from google.cloud.run_v2.services.executions.transports import ExecutionsGrpcAsyncIOTransport
from google.cloud.run_v2.services.jobs.transports import JobsGrpcAsyncIOTransport
from google.cloud.run_v2.services.revisions.transports import RevisionsGrpcAsyncIOTransport
from google.cloud.run_v2.services.services.transports import ServicesGrpcAsyncIOTransport
from google.cloud.run_v2.services.tasks.transports import TasksGrpcAsyncIOTransport

from wizard.records import Ref


class RunClients:
    """One client for each part of the Cloud Run API."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.services = api.ServicesAsyncClient(transport=ServicesGrpcAsyncIOTransport(channel=channel))
        self.revisions = api.RevisionsAsyncClient(transport=RevisionsGrpcAsyncIOTransport(channel=channel))
        self.jobs = api.JobsAsyncClient(transport=JobsGrpcAsyncIOTransport(channel=channel))
        self.executions = api.ExecutionsAsyncClient(transport=ExecutionsGrpcAsyncIOTransport(channel=channel))
        self.tasks = api.TasksAsyncClient(transport=TasksGrpcAsyncIOTransport(channel=channel))


def location(ref: Ref) -> str:
    return f"projects/{ref.project}/locations/{ref.location}"


def full_name(ref: Ref) -> str:
    """The full name of a service, a job or a revision (whose short name is `SERVICE/REVISION`)."""
    if ref.kind == "revision":
        service, _, revision = ref.name.partition("/")
        return f"{location(ref)}/services/{service}/revisions/{revision}"
    return f"{location(ref)}/{ref.kind}s/{ref.name}"
