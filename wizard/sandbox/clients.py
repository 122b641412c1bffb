"""Who made a call, in a word that a person reads: from what clients say of themselves in their headers."""

from __future__ import annotations

import hashlib
import re
import secrets

_SALT = secrets.token_bytes(16)

LANGUAGES = {"python": "python", "go": "go", "java": "java", "node": "node", "nodejs": "node", "dotnet": "dotnet"}

PACKAGES = {"compute": "google-cloud-compute", "run": "google-cloud-run", "vpcaccess": "google-cloud-vpc-access"}
"""Google's client packages, which do not say their own name, by API."""

_PRODUCT = re.compile(r"([A-Za-z][\w.-]*)/(\d[\w.]*)", re.ASCII)


def client_word(agent: str, api: str) -> str:
    """`gcloud 528 (compute networks list)`, `runvpc 0.1`, `google-cloud-compute 1.57 python`, `curl 8.5`, `unknown`.

    `agent` is the text of `User-Agent` and of `x-goog-api-client`; `api` the API that was called (`compute`).
    """
    said = {name.lower(): version for name, version in _PRODUCT.findall(agent)}
    if "gcloud" in said:
        return f"gcloud {_short(said['gcloud'], 1)}{_command(agent)}"
    for own in ("runvpc", "terraform-provider-google"):
        if own in said:
            return f"{own} {_short(said[own], 2)}"
    language = next((word for name, word in LANGUAGES.items() if f"gl-{name}" in said), "")
    if "gapic" in said:
        package = PACKAGES.get(api, f"google-cloud-{api}")
        return f"{package} {_short(said['gapic'], 2)} {language}".rstrip()
    for name in ("curl", "aiohttp", "python-requests", "python-urllib", "python-httplib2"):
        if name in said:
            return f"{name} {_short(said[name], 2)}"
    if "grpc-" in agent:
        return f"grpc {language}".rstrip()
    first = next(iter(said.items()), None)
    return f"{first[0]} {_short(first[1], 2)}" if first else "unknown"


def agent_of(user_agent: str, goog_api_client: str) -> str:
    """What a client says of itself in both headers: Google's own say more in the second, others only the first."""
    return " ".join(text for text in (user_agent, goog_api_client) if text)


def token_word(authorization: str) -> str:
    """Something that tells this bearer token from another while the server runs; the token cannot be got back."""
    return hashlib.blake2b(authorization.encode(), key=_SALT, digest_size=8).hexdigest() if authorization else ""


def _command(agent: str) -> str:
    """Which of gcloud's commands it is; gcloud says so in its User-Agent (`command/gcloud.compute.networks.list`)."""
    found = re.search(r"\bcommand/gcloud\.([a-z0-9.-]{1,80})", agent)
    return f" ({found[1].replace('.', ' ')})" if found else ""


def _short(version: str, parts: int) -> str:
    return ".".join(version.split(".")[:parts])
