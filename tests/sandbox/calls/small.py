"""Calls of the APIs for which no client of Google's is installed here: they are sent with its authorized session."""

from __future__ import annotations

from tests.sandbox.calls import OPERATION, PROJECT, REGION, Step

PARENT = f"projects/{PROJECT}"
EVERYWHERE = f"{PARENT}/locations/global"
NUMBERED = "projects/123456789012"
MANAGED = "services/servicenetworking.googleapis.com"
RANGES = ["google-managed-services", "more-services"]
NETWORK = f"{NUMBERED}/global/networks/my-vpc"

STEPS = (
    Step(
        "cloudresourcemanager.projects.get",
        {"project_id": PROJECT},
        {"projectNumber": "123456789012", "lifecycleState": "ACTIVE"},
    ),
    Step(
        "cloudresourcemanager.projects.testIamPermissions",
        {"resource": PROJECT, "permissions": ["run.services.get"]},
        {"permissions": ["run.services.get"]},
    ),
    Step("cloudresourcemanager.v3.projects.get", {"name": PARENT}, {"name": NUMBERED, "projectId": PROJECT}),
    Step("cloudresourcemanager.v3.projects.search", {"query": "id:team-a"}, {"projects": [{"projectId": "team-a"}]}),
    Step("cloudresourcemanager.projects.list", {}, {"projects": [{"projectId": PROJECT}, {}, {}]}),
    Step("dns.managedZones.list", {"project": PROJECT}, {"managedZones": [{}, {}]}),
    Step(
        "dns.managedZones.get",
        {"project": PROJECT, "managed_zone": "corp-example"},
        {"dnsName": "corp.example.", "visibility": "private"},
    ),
    Step(
        "dns.resourceRecordSets.list",
        {"project": PROJECT, "managed_zone": "corp-example", "type": "A", "name": "cache.corp.example."},
        {"rrsets": [{"rrdatas": ["10.0.0.3"]}]},
    ),
    Step(
        "cloudfunctions.functions.list",
        {"parent": f"{PARENT}/locations/{REGION}"},
        {"functions": [{"status": "ACTIVE"}, {"runtime": "python312"}]},
    ),
    Step(
        "cloudfunctions.functions.list",
        {"parent": f"{PARENT}/locations/-", "page_size": 1},
        {"functions": [{"name": f"{PARENT}/locations/{REGION}/functions/plain"}]},
    ),
    Step("cloudfunctions.functions.list", {"parent": f"{PARENT}/locations/europe-west1"}, {"functions": []}),
    Step(
        "appengine.services.list",
        {"parent": f"apps/{PROJECT}"},
        {"services": [{}, {"name": f"apps/{PROJECT}/services/default", "id": "default"}]},
    ),
    Step(
        "appengine.services.list",
        {"parent": "apps/team-a"},
        {"message": 'Could not find Application "team-a".'},
        refused=404,
    ),
    Step(
        "appengine.services.versions.list",
        {"parent": f"apps/{PROJECT}/services/default", "view": "FULL"},
        {"versions": [{"id": "v1", "servingStatus": "SERVING"}, {"id": "v2", "servingStatus": "STOPPED"}]},
    ),
    Step("logging.entries.list", {"resource_names": [PARENT], "filter": 'resource.type="cloud_run_job"'}),
    Step(
        "orgpolicy.policies.getEffectivePolicy",
        {"name": f"{PARENT}/policies/run.allowedIngress"},
        {"name": f"{NUMBERED}/policies/run.allowedIngress", "spec": {"rules": [{"allowAll": True}]}},
    ),
    Step("run.ListLocations", {"name": PARENT}, {"locations": [{}, {"locationId": REGION}]}),
    Step("secretmanager.secrets.list", {"parent": PARENT}, {"secrets": [{}, {}], "totalSize": 2}),
    Step("secretmanager.secrets.get", {"name": f"{PARENT}/secrets/api-key"}, {"name": f"{NUMBERED}/secrets/api-key"}),
    Step("serviceusage.services.list", {"parent": PARENT, "filter": "state:ENABLED", "page_size": 1}),
    Step("serviceusage.services.get", {"name": f"{PARENT}/services/run.googleapis.com"}, {"state": "ENABLED"}),
    Step(
        "serviceusage.services.batchGet",
        {"parent": PARENT, "names": [f"{PARENT}/services/run.googleapis.com", f"{PARENT}/services/no.googleapis.com"]},
        {"services": [{"state": "ENABLED"}, {"state": "DISABLED"}]},
    ),
    Step(
        "serviceusage.services.batchEnable",
        {"parent": PARENT, "service_ids": ["redis.googleapis.com", "sqladmin.googleapis.com"]},
    ),
    Step("serviceusage.operations.get", {"name": OPERATION}, {"done": True}),
    Step("serviceusage.services.enable", {"name": f"{PARENT}/services/run.googleapis.com"}, {"done": True}),
    Step("serviceusage.services.disable", {"name": f"{PARENT}/services/redis.googleapis.com"}),
    Step(
        "networkconnectivity.internalRanges.list",
        {"parent": EVERYWHERE},
        {"internalRanges": [{}, {}]},
    ),
    Step(
        "networkconnectivity.internalRanges.get",
        {"name": f"{EVERYWHERE}/internalRanges/office"},
        {"ipCidrRange": "10.70.0.0/16"},
    ),
    Step(
        "servicenetworking.services.connections.create",
        {"parent": MANAGED, "network": NETWORK, "reserved_peering_ranges": RANGES},
    ),
    Step("servicenetworking.operations.get", {"name": OPERATION}, {"done": True}),
    Step(
        "servicenetworking.services.connections.patch",
        {
            "name": f"{MANAGED}/connections/servicenetworking-googleapis-com",
            "network": NETWORK,
            "reserved_peering_ranges": RANGES,
            "update_mask": {"paths": ["reserved_peering_ranges"]},
        },
    ),
    Step(
        "servicenetworking.services.connections.list",
        {"parent": MANAGED, "network": NETWORK},
        {"connections": [{"reservedPeeringRanges": RANGES}]},
    ),
    Step(
        "servicenetworking.services.connections.deleteConnection",
        {"name": f"{MANAGED}/connections/servicenetworking-googleapis-com", "consumer_network": NETWORK},
    ),
)

FIELDS = {
    "cloudresourcemanager.projects.": "projects projectNumber projectId lifecycleState name createTime labels parent"
    " permissions nextPageToken",
    "cloudresourcemanager.v3.": "projects name projectId state displayName parent createTime updateTime etag labels"
    " nextPageToken",
    "appengine.": "services versions nextPageToken name id split allocations v1 runtime env servingStatus createTime"
    " vpcAccessConnector egressSetting",
    "cloudfunctions.": "functions nextPageToken unreachable name httpsTrigger url status entryPoint runtime timeout"
    " availableMemoryMb serviceAccountEmail updateTime versionId labels team maxInstances ingressSettings vpcConnector"
    " vpcConnectorEgressSettings",
    "dns.managedZones.": "kind managedZones nextPageToken name dnsName description id nameServers creationTime"
    " visibility privateVisibilityConfig networks networkUrl labels",
    "dns.resourceRecordSets.": "kind rrsets nextPageToken name type ttl rrdatas signatureRrdatas",
    "logging.entries.": "entries nextPageToken insertId timestamp logName resource labels textPayload"
    " jsonPayload severity",
    "networkconnectivity.": "internalRanges nextPageToken unreachable name createTime updateTime labels description"
    " ipCidrRange network usage peering prefixLength targetCidrRange users overlaps",
    "orgpolicy.": "name spec etag updateTime rules values allowedValues deniedValues allowAll denyAll enforce condition"
    " inheritFromParent reset alternate dryRunSpec",
    "run.ListLocations": "locations nextPageToken name locationId displayName labels metadata"
    " cloud.googleapis.com/region",
    "secretmanager.": "secrets nextPageToken totalSize name replication automatic createTime labels etag",
    "servicenetworking.": "connections name done response metadata error @type network peering reservedPeeringRanges"
    " service",
    "serviceusage.": "services service nextPageToken name config title state parent done response metadata error @type",
}
"""The fields in replies of the APIs that have no client here, by the names of Google's reference; written by hand."""
