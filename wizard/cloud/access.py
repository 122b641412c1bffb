"""Who calls: Application Default Credentials, another account to act as, or nobody (the sandbox)."""

from __future__ import annotations

from dataclasses import dataclass

import google.auth
import google.auth.impersonated_credentials
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError
from google.auth.transport.requests import AuthorizedSession

from wizard import __version__
from wizard.cloud.failures import FAILURES, LOGIN
from wizard.errors import CloudError

AGENT = f"runvpc/{__version__}"
"""How runvpc names itself to whoever it calls."""

_USERINFO = "https://openidconnect.googleapis.com/v1/userinfo"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


@dataclass(frozen=True)
class Access:
    """Where calls go and as whom. `endpoint` is empty for Google's own; `project` is the credentials' default."""

    credentials: Credentials
    endpoint: str = ""
    project: str = ""
    quota_project: str = ""

    @property
    def host(self) -> str:
        """`host:port` of the endpoint, or empty."""
        return self.endpoint.partition("://")[2].rstrip("/")

    def base(self, api: str) -> str:
        """The base URL of a REST API such as `run.googleapis.com`."""
        return self.endpoint.rstrip("/") or f"https://{api}"

    @property
    def account(self) -> str:
        """The e-mail address that the credentials themselves know; empty for a person's."""
        for name in ("service_account_email", "signer_email", "account"):
            known = getattr(self.credentials, name, "")
            if isinstance(known, str) and "@" in known:
                return known
        return ""


def anonymous(endpoint: str) -> Access:
    """Access to a sandbox at `http://127.0.0.1:PORT`."""
    return Access(credentials=AnonymousCredentials(), endpoint=endpoint)


def live(impersonate: str = "") -> Access:
    """Access to Google Cloud by Application Default Credentials. May wait for a metadata server: call it in a thread.

    Raises CloudError (UNAUTHENTICATED) when there are no credentials, with the command that makes some.
    """
    try:
        credentials, project = google.auth.default(scopes=[_SCOPE])
    except DefaultCredentialsError as error:
        raise _unauthenticated("there are no Google Cloud credentials") from error
    except GoogleAuthError as error:
        raise _unauthenticated(f"the credentials are unusable: {error}") from error
    quota_project = str(getattr(credentials, "quota_project_id", "") or "")
    if impersonate:
        credentials = google.auth.impersonated_credentials.Credentials(
            source_credentials=credentials,
            target_principal=impersonate,
            target_scopes=[_SCOPE],
            quota_project_id=quota_project or None,
        )
    return Access(credentials=credentials, project=project or "", quota_project=quota_project)


def account(access: Access) -> str:
    """The e-mail address that calls; asked of Google where a person's credentials do not hold it, else empty."""
    if access.account or access.endpoint:
        return access.account
    try:
        reply = AuthorizedSession(access.credentials).get(_USERINFO, timeout=5)
    except FAILURES:
        return ""
    known = reply.json() if reply.ok else {}
    return str(known.get("email", "")) if isinstance(known, dict) else ""


def _unauthenticated(message: str) -> CloudError:
    return CloudError(message, status="UNAUTHENTICATED", doing="find credentials", fix=f"run: {LOGIN}")
