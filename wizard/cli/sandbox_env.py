"""`runvpc sandbox env`: text for a shell that makes its clients use the sandbox, and text that undoes it.

POSIX shell (sh, bash, zsh). The first `env` in a shell keeps what each variable was: its value, whether it was there at
all, and whether it was exported. `--unset` puts exactly that back.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from wizard.cli.place import Place

CLEARED = (
    *("no_proxy", "NO_PROXY", "no_grpc_proxy", "NO_GRPC_PROXY", "grpc_proxy", "GRPC_PROXY", "all_proxy", "ALL_PROXY"),
    *("GOOGLE_CLOUD_QUOTA_PROJECT", "GOOGLE_OAUTH_ACCESS_TOKEN", "GOOGLE_CLOUD_UNIVERSE_DOMAIN", "SSL_CERT_DIR"),
    *("GOOGLE_API_USE_CLIENT_CERTIFICATE", "GOOGLE_API_USE_MTLS_ENDPOINT", "GOOGLE_API_CERTIFICATE_CONFIG"),
    *("CLOUDSDK_AUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE"),
    *("CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT", "CLOUDSDK_CORE_ACCOUNT", "CLOUDSDK_CORE_UNIVERSE_DOMAIN"),
    *("CLOUDSDK_ACTIVE_CONFIG_NAME", "CLOUDSDK_BILLING_QUOTA_PROJECT", "CLOUDSDK_PROXY_USERNAME"),
    *("CLOUDSDK_PROXY_PASSWORD", "CLOUDSDK_PROXY_RDNS", "CLOUDSDK_AUTH_DISABLE_SSL_VALIDATION"),
    *("CLOUDSDK_CONTEXT_AWARE_USE_CLIENT_CERTIFICATE", "GOOGLE_CLOUD_CPP_ENABLE_CLOG"),
    *(
        f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{api}"
        for api in ("COMPUTE", "RUN", "VPCACCESS", "SERVICEUSAGE", "CLOUDRESOURCEMANAGER", "DNS", "SECRETMANAGER")
    ),
)
"""What could lead a client past the proxy, or real credentials to it: removed."""

PROMPT = "PS1"
SHELL_MARK = "RUNVPC_SANDBOX"
SAVED, RESTORE = "__runvpc_exported", "__runvpc_restore"
"""A variable and a function of the shell: which variables were exported, and how to get all of them back."""


def client_settings(place: Place, key: str) -> dict[str, str]:
    """Environment with which gcloud and Google's client libraries talk to the sandbox and to nothing else.

    Everything goes through the sandbox as a proxy that ends TLS with its own authority. `key` is the file with the
    made-up service account's key. Variables: prior art, 6.2 to 6.4; gRPC reads the lower-case proxies only.
    """
    proxy, authority = place.sandbox.url, place.authority
    metadata = f"127.0.0.1:{place.sandbox.port}"
    proxies = dict.fromkeys(("https_proxy", "http_proxy", "HTTPS_PROXY", "HTTP_PROXY"), proxy)
    authorities = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH")
    return {
        "CLOUDSDK_CONFIG": str(place.sandbox.state_dir / "gcloud"),
        "CLOUDSDK_CORE_PROJECT": place.project,
        "CLOUDSDK_RUN_REGION": place.region,
        "CLOUDSDK_COMPUTE_REGION": place.region,
        "CLOUDSDK_AUTH_DISABLE_CREDENTIALS": "1",
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
        "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "1",
        "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "1",
        "CLOUDSDK_CORE_CHECK_GCE_METADATA": "0",
        "CLOUDSDK_SURVEY_DISABLE_PROMPTS": "1",
        "CLOUDSDK_PROXY_TYPE": "http",
        "CLOUDSDK_PROXY_ADDRESS": "127.0.0.1",
        "CLOUDSDK_PROXY_PORT": str(place.sandbox.port),
        "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE": authority,
        "GOOGLE_APPLICATION_CREDENTIALS": key,
        "GOOGLE_CLOUD_PROJECT": place.project,
        "NO_GCE_CHECK": "true",
        **dict.fromkeys(("GCE_METADATA_ROOT", "GCE_METADATA_HOST", "GCE_METADATA_IP"), metadata),
        **proxies,
        **dict.fromkeys(authorities, authority),
        "NODE_EXTRA_CA_CERTS": authority,
        SHELL_MARK: place.name,
    }


def setting_lines(settings: Mapping[str, str], name: str, region: str) -> Iterator[str]:
    """Shell text that keeps what there is, sets and removes, and says where this shell is now."""
    names = (*settings, *CLEARED, PROMPT)
    yield f'if [ -z "${{{SAVED}+x}}" ]; then'
    yield from _keeping(names)
    yield f"{RESTORE}() {{"
    yield from _restoring(names)
    yield "}; fi"
    yield f"unset {' '.join(CLEARED)}"
    for variable, value in settings.items():
        yield f"export {variable}={shlex.quote(value)}"
    mark = shlex.quote(f"(sandbox {name}) ")
    yield f'case "$-" in *i*) {PROMPT}={mark}"${_value(PROMPT)}";; esac'
    said = f"SIMULATION: this shell is on the sandbox {name} ({settings['GOOGLE_CLOUD_PROJECT']}, {region})."
    back = 'Back: eval "$(runvpc sandbox env --unset)"'
    yield f"printf '%s\\n' {shlex.quote(said)} {shlex.quote(back)} >&2"


def restoring_lines() -> Iterator[str]:
    """Shell text that puts back what the first `env` of this shell kept; without one, it only says so."""
    yield f"if [ -z \"${{{SAVED}+x}}\" ]; then printf '%s\\n' 'this shell is on no sandbox' >&2"
    yield f"else {RESTORE}; unset -f {RESTORE}; printf '%s\\n' 'this shell is off the sandbox' >&2; fi"


def _keeping(names: tuple[str, ...]) -> Iterator[str]:
    """What each variable is. Exported are those that a child process gets: awk tells them, whatever is in them."""
    ask = 'BEGIN { for (n = 1; n < ARGC; n++) if (ARGV[n] in ENVIRON) printf " %s ", ARGV[n] }'
    yield f"{SAVED}=$(awk {shlex.quote(ask)} {' '.join(names)})"
    for name in names:
        yield f'if [ -z "${{{name}+x}}" ]; then {_state(name)}=unset; else {_value(name)}="${name}"'
        yield f'case "${SAVED}" in *" {name} "*) {_state(name)}=exported;; *) {_state(name)}=set;; esac; fi'


def _restoring(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        back = f'{name}="${_value(name)}"'
        yield f'case "${_state(name)}" in unset) unset {name};; set) unset {name}; {back};;'
        yield f"*) {back}; export {name};; esac; unset {_state(name)} {_value(name)}"
    yield f"unset {SAVED}"


def _state(name: str) -> str:
    return f"__runvpc_state_{name}"


def _value(name: str) -> str:
    return f"__runvpc_value_{name}"
