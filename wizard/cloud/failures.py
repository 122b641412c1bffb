"""From the exceptions of Google's clients to `CloudError`: status, the API's own words, what to do next."""

from __future__ import annotations

import re

import grpc
import requests
from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError
from google.protobuf.json_format import ParseError

from wizard.errors import CloudError

LOGIN = "gcloud auth application-default login"

FAILURES = (GoogleAPICallError, RetryError, GoogleAuthError, requests.RequestException, ParseError, grpc.RpcError)
"""Everything that a call through Google's clients raises when it fails."""

_BY_REASON = {
    "accessNotConfigured": "PERMISSION_DENIED",
    "conditionNotMet": "ABORTED",
    "quotaExceeded": "RESOURCE_EXHAUSTED",
    "rateLimitExceeded": "RESOURCE_EXHAUSTED",
    "resourceInUseByAnotherResource": "FAILED_PRECONDITION",
    "resourceNotReady": "FAILED_PRECONDITION",
    "userRateLimitExceeded": "RESOURCE_EXHAUSTED",
}
"""Compute's error reasons that say more than their HTTP code."""

_BY_HTTP = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}

_PASSING = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "INTERNAL"}

_REQUEST_LINE = re.compile(r"^[A-Z]+ https?://\S+: ")
_API_IN_TEXT = re.compile(r"([a-z][a-z0-9-]*\.googleapis\.com)(?:/overview|\]|\b.{0,80}\bdisabled)")
_DISABLED = re.compile(r"has not been used in project|it is disabled|SERVICE_DISABLED")
_PERMISSION = re.compile(r"'([a-z][A-Za-z]*(?:\.[A-Za-z]+){2,3})'")


def cloud_error(error: BaseException, *, doing: str, resource: str = "") -> CloudError:
    """One of `FAILURES` as the error that people see."""
    status = status_of(error)
    text = text_of(error)
    return CloudError(
        f"could not {doing}: {text}",
        status=status,
        doing=doing,
        resource=resource,
        fix=_fix(error, status, text),
    )


def status_of(error: BaseException) -> str:
    """The canonical status name; UNKNOWN when there is none."""
    if isinstance(error, GoogleAPICallError):
        return _api_status(error)
    if isinstance(error, RefreshError | DefaultCredentialsError):
        return "UNAUTHENTICATED"
    if isinstance(error, requests.Timeout | RetryError):
        return "DEADLINE_EXCEEDED"
    if isinstance(error, requests.RequestException | GoogleAuthError):
        return "UNAVAILABLE"
    if isinstance(error, ParseError):
        return "INTERNAL"
    return "UNKNOWN"


def passing(error: BaseException) -> bool:
    """Whether the failure may be over at the next try: 429, 5xx, a broken connection; not a quota that is used up."""
    return status_of(error) in _PASSING and "quotaExceeded" not in _reasons(error)


def text_of(error: BaseException) -> str:
    """The API's own message, without the request line that the clients put before it."""
    if isinstance(error, GoogleAPICallError):
        return _REQUEST_LINE.sub("", str(error.message or error)).strip() or status_of(error)
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return str(error).strip() or type(error).__name__


def _api_status(error: GoogleAPICallError) -> str:
    if error.grpc_status_code is not None and not isinstance(error.response, requests.Response):
        return str(error.grpc_status_code.name)
    for reason in _reasons(error):
        if reason in _BY_REASON:
            return _BY_REASON[reason]
    named = _json_error(error).get("status")
    if isinstance(named, str) and named:
        return named
    return _BY_HTTP.get(int(error.code or 0), "UNKNOWN")


def _reasons(error: BaseException) -> list[str]:
    """Compute's words for what is wrong, such as `notFound`."""
    entries = error.errors or () if isinstance(error, GoogleAPICallError) else ()
    return [str(entry.get("reason", "")) for entry in entries if isinstance(entry, dict)]


def _json_error(error: GoogleAPICallError) -> dict[str, object]:
    """The `error` object of a REST reply; empty when the body was something else (a proxy's page)."""
    try:
        body = error.response.json() if isinstance(error.response, requests.Response) else {}
    except requests.JSONDecodeError:
        return {}
    found = body.get("error", {}) if isinstance(body, dict) else {}
    return found if isinstance(found, dict) else {}


def _fix(error: BaseException, status: str, text: str) -> str:
    if status == "UNAUTHENTICATED":
        return f"run: {LOGIN}"
    metadata = error.metadata or {} if isinstance(error, GoogleAPICallError) else {}
    reason = error.reason if isinstance(error, GoogleAPICallError) else ""
    if reason == "SERVICE_DISABLED" or _DISABLED.search(text):
        return _enable(str(metadata.get("service", "")), text)
    if status == "PERMISSION_DENIED":
        return _ask(str(metadata.get("permission", "")), text)
    return _FIXES.get(status, "")


def _enable(api: str, text: str) -> str:
    named = _API_IN_TEXT.search(text)
    api = api or (named.group(1) if named else "")
    return f"run: gcloud services enable {api}" if api else "enable the API that the message names"


def _ask(permission: str, text: str) -> str:
    named = _PERMISSION.search(text)
    permission = permission or (named.group(1) if named else "")
    who = "ask an administrator of the project for"
    return f"{who} a role with {permission}" if permission else f"{who} the missing permission"


_FIXES = {
    "ABORTED": "somebody else changed it meanwhile: look at the difference, then plan again",
    "ALREADY_EXISTS": "choose another name, or use what exists",
    "DEADLINE_EXCEEDED": "try again; if it stays so, look at the network and at Google's status page",
    "INTERNAL": "try again in a minute",
    "RESOURCE_EXHAUSTED": "wait a minute, or ask for more quota",
    "UNAVAILABLE": "try again; if it stays so, look at the network and at Google's status page",
}
