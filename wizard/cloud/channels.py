"""gRPC channels: to Google's endpoints with the caller's credentials, or to a sandbox in the clear on loopback."""

from __future__ import annotations

import grpc
from google.cloud.run_v2.services.services.transports import ServicesGrpcAsyncIOTransport

from wizard.cloud.access import AGENT, Access

_LARGEST = -1
"""No limit on the size of a message, as the clients themselves set it."""


def open_channel(access: Access, api: str) -> grpc.aio.Channel:
    """A channel to the API `run.googleapis.com` or `vpcaccess.googleapis.com`, or to the sandbox's one port.

    A sandbox is on this machine: a proxy of the environment is not for it.
    """
    options: list[tuple[str, int | str]] = [
        ("grpc.max_send_message_length", _LARGEST),
        ("grpc.max_receive_message_length", _LARGEST),
        ("grpc.primary_user_agent", AGENT),
    ]
    if access.endpoint:
        return grpc.aio.insecure_channel(access.host, options=[*options, ("grpc.enable_http_proxy", 0)])
    channel: grpc.aio.Channel = ServicesGrpcAsyncIOTransport.create_channel(
        f"{api}:443", credentials=access.credentials, options=options
    )
    return channel
