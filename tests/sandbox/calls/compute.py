"""Calls of Compute Engine v1."""

from __future__ import annotations

from tests.sandbox.calls import OPERATION, PROJECT, REGION, ZONE, Body, Step

P: Body = {"project": PROJECT}
R: Body = {**P, "region": REGION}
Z: Body = {**P, "zone": ZONE}
VPC = f"projects/{PROJECT}/global/networks/my-vpc"
RUNNING: Body = {"status": "RUNNING", "user": "you@example.com"}
DONE: Body = {"status": "DONE", "progress": 100}

VIA_CACHE = {"network": VPC, "dest_range": "10.20.0.0/16", "next_hop_ip": "10.0.0.3"}

NETWORKS = (
    Step("compute.networks.list", P, {"items": [{"name": "my-vpc"}, {"name": "other"}]}),
    Step("compute.networks.get", {**P, "network": "my-vpc"}, {"name": "my-vpc", "autoCreateSubnetworks": False}),
    Step(
        "compute.networks.getEffectiveFirewalls",
        {**P, "network": "my-vpc"},
        {
            "firewalls": [{}, {}],
            "firewallPolicys": [{"type": "HIERARCHY", "rules": [{"priority": 10}]}, {"type": "NETWORK"}],
        },
    ),
    Step(
        "compute.regionNetworkFirewallPolicies.getEffectiveFirewalls",
        {**R, "network": f"https://www.googleapis.com/compute/v1/{VPC}"},
        {"firewallPolicys": [{"type": "NETWORK_REGIONAL", "displayName": "here", "rules": [{"priority": 20}]}]},
    ),
    Step(
        "compute.networks.listPeeringRoutes",
        {**P, "network": "my-vpc", "direction": "INCOMING", "region": REGION},
        {"items": [{"destRange": "10.60.0.0/24"}, {"destRange": "10.60.1.0/24"}]},
    ),
    Step(
        "compute.networks.insert",
        {**P, "network_resource": {"name": "made", "auto_create_subnetworks": False}},
        {**RUNNING, "operationType": "insert"},
    ),
    Step("compute.globalOperations.wait", {**P, "operation": OPERATION}, DONE),
    Step("compute.globalOperations.get", {**P, "operation": OPERATION}, DONE),
    Step("compute.globalOperations.list", P, {"items": [{"operationType": "insert"}]}),
    Step("compute.globalOperations.aggregatedList", P, {"items": {"global": {}}}),
    Step("compute.globalOperations.delete", {**P, "operation": OPERATION}),
    Step("compute.networks.delete", {**P, "network": "made"}, {**RUNNING, "operationType": "delete"}),
    Step("compute.routes.list", {**P, "filter": 'name = "to-on-prem"'}, {"items": [{"destRange": "10.10.0.0/16"}]}),
    Step(
        "compute.routes.insert",
        {
            **P,
            "route_resource": {"name": "made", "network": VPC, "dest_range": "10.20.0.0/16", "next_hop_ip": "10.0.0.3"},
        },
        {**RUNNING, "operationType": "insert"},
    ),
    Step("compute.routes.get", {**P, "route": "made"}, {"nextHopIp": "10.0.0.3"}),
    Step("compute.routes.delete", {**P, "route": "made"}, {**RUNNING, "operationType": "delete"}),
    Step("compute.routes.get", {**P, "route": "to-on-prem"}, {"name": "to-on-prem", "routeType": "STATIC"}),
)

SUBNETS = (
    Step("compute.subnetworks.list", R, {"items": [{"name": "my-subnet"}, {"name": "run"}]}),
    Step("compute.subnetworks.aggregatedList", P, {"items": {f"regions/{REGION}": {"subnetworks": [{}, {}]}}}),
    Step("compute.subnetworks.listUsable", {"project": "team-a"}, {"items": [{"purpose": "PRIVATE"}, {}, {}]}),
    Step(
        "compute.subnetworks.get",
        {**R, "subnetwork": "my-subnet", "views": "WITH_UTILIZATION"},
        {"ipCidrRange": "10.0.0.0/24", "secondaryIpRanges": [{"rangeName": "pods"}], "utilizationDetails": {}},
    ),
    Step(
        "compute.subnetworks.insert",
        {**R, "subnetwork_resource": {"name": "made", "network": VPC, "ip_cidr_range": "10.2.0.0/28"}},
        {**RUNNING, "operationType": "insert"},
    ),
    Step("compute.regionOperations.wait", {**R, "operation": OPERATION}, DONE),
    Step("compute.regionOperations.get", {**R, "operation": OPERATION}, DONE),
    Step(
        "compute.subnetworks.setPrivateIpGoogleAccess",
        {
            **R,
            "subnetwork": "made",
            "subnetworks_set_private_ip_google_access_request_resource": {"private_ip_google_access": True},
        },
        {**RUNNING, "operationType": "setPrivateIpGoogleAccess"},
    ),
    Step("compute.subnetworks.get", {**R, "subnetwork": "made"}, {"privateIpGoogleAccess": True}),
    Step("compute.regionOperations.list", R, {"items": [{"status": "DONE"}, {"status": "DONE"}]}),
    Step("compute.regionOperations.delete", {**R, "operation": OPERATION}),
    Step(
        "compute.subnetworks.patch",
        {**R, "subnetwork": "made", "subnetwork_resource": {"description": "new", "fingerprint": "never-given"}},
        {"message": "Invalid fingerprint."},
        refused=412,
    ),
    Step("compute.subnetworks.get", {**R, "subnetwork": "made"}, {"ipCidrRange": "10.2.0.0/28"}),
    Step(
        "compute.subnetworks.patch",
        {**R, "subnetwork": "made", "subnetwork_resource": {"enable_flow_logs": True, "fingerprint": "{fingerprint}"}},
        {**RUNNING, "operationType": "patch"},
    ),
    Step(
        "compute.subnetworks.expandIpCidrRange",
        {
            **R,
            "subnetwork": "made",
            "subnetworks_expand_ip_cidr_range_request_resource": {"ip_cidr_range": "10.2.0.0/24"},
        },
        {**RUNNING, "operationType": "expandIpCidrRange"},
    ),
    Step(
        "compute.subnetworks.get", {**R, "subnetwork": "made"}, {"ipCidrRange": "10.2.0.0/24", "enableFlowLogs": True}
    ),
    Step("compute.subnetworks.delete", {**R, "subnetwork": "made"}, {**RUNNING, "operationType": "delete"}),
)

RULE = {"name": "made", "network": VPC, "allowed": [{"I_p_protocol": "tcp", "ports": ["5432"]}]}

FIREWALLS = (
    Step("compute.firewalls.list", P, {"items": [{"name": "allow-ssh"}, {"name": "deny-redis"}]}),
    Step(
        "compute.firewalls.get",
        {**P, "firewall": "deny-redis"},
        {"denied": [{"IPProtocol": "tcp", "ports": ["6379"]}, {"ports": ["6380-6390"]}], "priority": 800},
    ),
    Step("compute.firewalls.insert", {**P, "firewall_resource": {**RULE, "source_ranges": ["10.0.0.0/8"]}}, RUNNING),
    Step("compute.firewalls.patch", {**P, "firewall": "made", "firewall_resource": {"priority": 900}}, RUNNING),
    Step("compute.firewalls.get", {**P, "firewall": "made"}, {"priority": 900, "sourceRanges": ["10.0.0.0/8"]}),
    Step(
        "compute.firewalls.update",
        {**P, "firewall": "made", "firewall_resource": {**RULE, "source_ranges": ["10.1.0.0/16"]}},
        RUNNING,
    ),
    Step("compute.firewalls.get", {**P, "firewall": "made"}, {"sourceRanges": ["10.1.0.0/16"]}),
    Step("compute.firewalls.delete", {**P, "firewall": "made"}, {**RUNNING, "operationType": "delete"}),
)

MANAGED = {"name": "made", "address": "10.62.0.0", "prefix_length": 16, "purpose": "VPC_PEERING", "network": VPC}

ADDRESSES = (
    Step("compute.addresses.insert", {**R, "address_resource": {"name": "one", "address": "10.0.0.50"}}, RUNNING),
    Step("compute.addresses.insert", {**R, "address_resource": {"name": "two", "address": "10.0.0.51"}}, RUNNING),
    Step("compute.addresses.get", {**R, "address": "one"}, {"address": "10.0.0.50", "status": "RESERVED"}),
    Step(
        "compute.addresses.setLabels",
        {
            **R,
            "resource": "one",
            "region_set_labels_request_resource": {"labels": {"a": "b"}, "label_fingerprint": "{labelFingerprint}"},
        },
        {"operationType": "setLabels"},
    ),
    Step("compute.addresses.list", {**R, "filter": "name = one"}, {"items": [{"name": "one"}]}),
    Step("compute.addresses.aggregatedList", P, {"items": {f"regions/{REGION}": {}, "global": {}}}),
    Step("compute.addresses.delete", {**R, "address": "two"}, {**RUNNING, "operationType": "delete"}),
    Step("compute.globalAddresses.insert", {**P, "address_resource": MANAGED}, RUNNING),
    Step("compute.globalAddresses.get", {**P, "address": "made"}, {"prefixLength": 16, "purpose": "VPC_PEERING"}),
    Step(
        "compute.globalAddresses.setLabels",
        {
            **P,
            "resource": "made",
            "global_set_labels_request_resource": {"labels": {"a": "b"}, "label_fingerprint": "{labelFingerprint}"},
        },
        {"operationType": "setLabels"},
    ),
    Step("compute.globalAddresses.get", {**P, "address": "made"}, {"labels": {"a": "b"}}),
    Step("compute.globalAddresses.delete", {**P, "address": "made"}, {**RUNNING, "operationType": "delete"}),
    Step(
        "compute.globalAddresses.list",
        P,
        {"items": [{"name": "google-managed-services"}, {"name": "more-services"}]},
    ),
)

NAT = {"name": "more", "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}

ROUTERS = (
    Step("compute.routers.list", R, {"items": [{"name": "out-other-router"}, {"name": "out-router"}]}),
    Step("compute.routers.aggregatedList", P, {"items": {f"regions/{REGION}": {"routers": [{}, {}]}}}),
    Step("compute.routers.get", {**R, "router": "out-router"}, {"nats": [{"name": "out"}]}),
    Step(
        "compute.routers.getRouterStatus",
        {**R, "router": "out-router"},
        {"result": {"bestRoutes": [{"destRange": "10.11.0.0/16"}]}},
    ),
    Step("compute.routers.insert", {**R, "router_resource": {"name": "made", "network": VPC}}, RUNNING),
    Step(
        "compute.routers.patch",
        {**R, "router": "made", "router_resource": {"nats": [NAT]}},
        {**RUNNING, "operationType": "compute.routers.patch"},
    ),
    Step("compute.routers.get", {**R, "router": "made"}, {"nats": [{"name": "more", "type": "PUBLIC"}]}),
    Step("compute.routers.update", {**R, "router": "made", "router_resource": {"network": VPC}}, RUNNING),
    Step("compute.routers.delete", {**R, "router": "made"}, {**RUNNING, "operationType": "delete"}),
)

MACHINES = (
    Step(
        "compute.instances.get",
        {**Z, "instance": "cache"},
        {"tags": {"items": ["redis"]}, "networkInterfaces": [{"networkIP": "10.0.0.3"}]},
    ),
    Step("compute.instances.list", {**Z, "filter": "name = cache"}, {"items": [{"name": "cache"}]}),
    Step("compute.instances.aggregatedList", P, {"items": {f"zones/{ZONE}": {"instances": [{}, {}, {}]}}}),
    Step("compute.forwardingRules.get", {**R, "forwarding_rule": "front"}, {"IPAddress": "10.0.0.20"}),
    Step("compute.forwardingRules.list", R, {"items": [{"name": "back"}, {"name": "front"}]}),
    Step("compute.forwardingRules.aggregatedList", P, {"items": {f"regions/{REGION}": {"forwardingRules": [{}, {}]}}}),
    Step("compute.globalForwardingRules.list", P, {"kind": "compute#forwardingRuleList"}),
    Step(
        "compute.globalForwardingRules.get",
        {**P, "forwarding_rule": "none"},
        {"message": "was not found"},
        refused=404,
    ),
    Step(
        "compute.regionBackendServices.get",
        {**R, "backend_service": "front-service"},
        {"backends": [{"balancingMode": "CONNECTION"}]},
    ),
    Step("compute.regionBackendServices.list", R, {"items": [{}, {}]}),
    Step("compute.instanceGroups.get", {**Z, "instance_group": "front-group"}, {"size": 1}),
    Step(
        "compute.instanceGroups.listInstances",
        {**Z, "instance_group": "front-group", "instance_groups_list_instances_request_resource": {}},
        {"items": [{"status": "RUNNING"}]},
    ),
    Step("compute.zoneOperations.list", Z, {"kind": "compute#operationList"}),
    Step("compute.zoneOperations.get", {**Z, "operation": "none"}, {"message": "was not found"}, refused=404),
    Step("compute.zoneOperations.wait", {**Z, "operation": "none"}, {"message": "was not found"}, refused=404),
    Step("compute.zoneOperations.delete", {**Z, "operation": "none"}, {"message": "was not found"}, refused=404),
    Step("compute.projects.get", P, {"name": PROJECT, "xpnProjectStatus": "HOST"}),
    Step("compute.projects.getXpnHost", {"project": "team-a"}, {"name": PROJECT}),
    Step("compute.projects.getXpnResources", P, {"resources": [{"id": "team-a"}, {"id": "team-b"}]}),
)

PEER = {"name": "to-other", "network": f"projects/{PROJECT}/global/networks/other", "exchange_subnet_routes": True}

NETWORK_CHANGES = (
    Step("compute.networkFirewallPolicies.list", P, {"items": [{"name": "everywhere"}, {}]}),
    Step("compute.networkFirewallPolicies.get", {**P, "firewall_policy": "everywhere"}, {"rules": [{"priority": 30}]}),
    Step("compute.regionNetworkFirewallPolicies.list", R, {"items": [{"name": "here"}, {}]}),
    Step("compute.regionNetworkFirewallPolicies.get", {**R, "firewall_policy": "here"}, {"rules": [{"priority": 20}]}),
    Step(
        "compute.networks.addPeering",
        {**P, "network": "my-vpc", "networks_add_peering_request_resource": {"network_peering": PEER}},
        RUNNING,
    ),
    Step(
        "compute.networks.updatePeering",
        {
            **P,
            "network": "my-vpc",
            "networks_update_peering_request_resource": {
                "network_peering": {"name": "to-other", "export_custom_routes": True}
            },
        },
        RUNNING,
    ),
    Step(
        "compute.networks.get",
        {**P, "network": "my-vpc"},
        {"peerings": [{}, {"name": "to-other", "state": "INACTIVE", "exportCustomRoutes": True}]},
    ),
    Step(
        "compute.networks.removePeering",
        {**P, "network": "my-vpc", "networks_remove_peering_request_resource": {"name": "to-other"}},
        RUNNING,
    ),
    Step(
        "compute.networks.insert",
        {**P, "network_resource": {"name": "automatic", "auto_create_subnetworks": True}},
        RUNNING,
    ),
    Step("compute.networks.switchToCustomMode", {**P, "network": "automatic"}, RUNNING),
    Step(
        "compute.networks.patch",
        {**P, "network": "automatic", "network_resource": {"routing_config": {"routing_mode": "GLOBAL"}}},
        RUNNING,
    ),
    Step(
        "compute.networks.get",
        {**P, "network": "automatic"},
        {"autoCreateSubnetworks": False, "routingConfig": {"routingMode": "GLOBAL"}},
    ),
)

STEPS = (*NETWORKS, *SUBNETS, *FIREWALLS, *ADDRESSES, *ROUTERS, *MACHINES, *NETWORK_CHANGES)
