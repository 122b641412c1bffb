"""Errors of Google's clients as errors for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests
from google.api_core import exceptions
from google.auth.exceptions import RefreshError, TransportError
from google.rpc.error_details_pb2 import RetryInfo
from hypothesis import given
from hypothesis import strategies as st

from wizard.cloud.calls import asked_to_wait
from wizard.cloud.failures import cloud_error
from wizard.cloud.operations import not_before


@pytest.mark.parametrize(
    ("error", "status", "fix"),
    [
        (exceptions.NotFound("no such thing"), "NOT_FOUND", ""),
        (exceptions.Aborted("version mismatch"), "ABORTED", "plan again"),
        (exceptions.Unauthenticated("no token"), "UNAUTHENTICATED", "gcloud auth application-default login"),
        (RefreshError("expired"), "UNAUTHENTICATED", "gcloud auth application-default login"),
        (TransportError("no route"), "UNAVAILABLE", "try again"),
        (requests.ConnectionError("refused"), "UNAVAILABLE", "try again"),
        (requests.ReadTimeout("late"), "DEADLINE_EXCEEDED", "try again"),
        (
            exceptions.PermissionDenied("Permission 'vpcaccess.connectors.create' denied on resource 'x.y'"),
            "PERMISSION_DENIED",
            "a role with vpcaccess.connectors.create",
        ),
        (
            exceptions.PermissionDenied(
                "Serverless VPC Access API has not been used in project 42 before or it is disabled. Enable it by "
                "visiting https://console.developers.google.com/apis/api/vpcaccess.googleapis.com/overview?project=42 "
                "then retry."
            ),
            "PERMISSION_DENIED",
            "gcloud services enable vpcaccess.googleapis.com",
        ),
    ],
)
def test_status_and_what_to_do(error: Exception, status: str, fix: str) -> None:
    made = cloud_error(error, doing="create it", resource="connector c1")
    assert made.status == status
    assert fix in made.fix
    assert made.message.startswith("could not create it: ")
    assert (made.doing, made.resource, made.code) == ("create it", "connector c1", status.lower())


@given(st.text())
def test_no_message_is_too_odd(text: str) -> None:
    assert cloud_error(exceptions.BadRequest(text), doing="read it").status == "INVALID_ARGUMENT"


def response(retry_after: str) -> exceptions.TooManyRequests:
    reply = requests.Response()
    reply.headers["Retry-After"] = retry_after
    return exceptions.TooManyRequests("slow down", response=reply)


def test_retry_after_in_both_forms() -> None:
    assert asked_to_wait(response("7")) == 7.0
    seconds = asked_to_wait(response(format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)))
    assert seconds is not None
    assert 60 < seconds <= 90
    assert asked_to_wait(response("soon")) is None
    assert asked_to_wait(exceptions.ServiceUnavailable("busy")) is None


def test_retry_info_of_grpc() -> None:
    info = RetryInfo()
    info.retry_delay.FromMilliseconds(1500)
    assert asked_to_wait(exceptions.ResourceExhausted("slow down", details=[info])) == 1.5


@pytest.mark.parametrize(
    ("moment", "since", "after"),
    [
        ("2026-11-22T03:04:06.000-08:00", "2026-11-22T11:04:06Z", True),
        ("2026-11-22T11:04:06.123456789Z", "2026-11-22T11:04:06.123456Z", True),
        ("2026-11-22T11:04:05.9Z", "2026-11-22T11:04:06Z", False),
        ("", "2026-11-22T11:04:06Z", False),
        ("2026-11-22T11:04:06Z", "", False),
    ],
)
def test_times_of_every_api_compare(moment: str, since: str, after: bool) -> None:
    assert not_before(moment, since) is after
