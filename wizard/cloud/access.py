"""Who calls: Application Default Credentials, another account to act as, or nobody (the sandbox)."""

from __future__ import annotations

from dataclasses import dataclass

import google.auth
import google.auth.impersonated_credentials
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError

from wizard.cloud.failures import LOGIN
from wizard.errors import RunvpcError

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


@dataclass(frozen=True)
class Access:
    """Where calls go and as whom. `endpoint` is empty for Google's own endpoints."""

    credentials: Credentials
    endpoint: str = ""
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

    Raises RunvpcError when there are no credentials, with the command that makes some.
    """
    try:
        credentials, _ = google.auth.default(scopes=[_SCOPE])
    except DefaultCredentialsError as error:
        raise RunvpcError(
            "there are no Google Cloud credentials", code="no_credentials", fix=f"run: {LOGIN}"
        ) from error
    except GoogleAuthError as error:
        raise RunvpcError(
            f"the credentials are unusable: {error}", code="no_credentials", fix=f"run: {LOGIN}"
        ) from error
    quota_project = str(getattr(credentials, "quota_project_id", "") or "")
    if impersonate:
        credentials = google.auth.impersonated_credentials.Credentials(
            source_credentials=credentials,
            target_principal=impersonate,
            target_scopes=[_SCOPE],
            quota_project_id=quota_project or None,
        )
    return Access(credentials=credentials, quota_project=quota_project)
