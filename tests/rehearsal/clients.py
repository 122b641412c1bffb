"""Run as a program in a shell on a sandbox: Google's own clients as anybody's program makes them, no setting given.

Prints one line for each way: REST of compute, gRPC and REST of the others, and a session that asks for its token.
"""

from __future__ import annotations

import google.auth
from google.auth.transport.requests import AuthorizedSession
from google.cloud import compute_v1, run_v2, vpcaccess_v1

REGION = "us-central1"


def main() -> None:
    credentials, project = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    place = f"projects/{project}/locations/{REGION}"
    print("compute rest", *(network.name for network in compute_v1.NetworksClient().list(project=project)))
    for transport in ("grpc", "rest"):
        connectors = vpcaccess_v1.VpcAccessServiceClient(transport=transport).list_connectors(parent=place)
        print("vpcaccess", transport, *(connector.name.rsplit("/", 1)[-1] for connector in connectors))
        services = run_v2.ServicesClient(transport=transport).list_services(parent=place)
        print("run", transport, *(service.name.rsplit("/", 1)[-1] for service in services))
    url = f"https://vpcaccess.googleapis.com/v1/{place}/connectors/con?updateMask=minInstances,maxInstances"
    reply = AuthorizedSession(credentials).patch(url, json={"minInstances": 2, "maxInstances": 5})
    print("patch", reply.status_code)


main()
