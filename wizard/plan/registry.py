"""Every kind of change the product knows: one line each. A new kind is a file in `steps/` and a line here."""

from __future__ import annotations

from wizard.plan.steps.connectivity_test import DeleteConnectivityTest, RunConnectivityTest
from wizard.plan.steps.connector import CreateConnector, DeleteConnector
from wizard.plan.steps.enable_api import EnableApi
from wizard.plan.steps.firewall import CreateFirewallRule, DeleteFirewallRule
from wizard.plan.steps.job import PatchJob, RestoreJob
from wizard.plan.steps.nat import CreateNat, DeleteRouter
from wizard.plan.steps.new_service import CreateService, DeleteService
from wizard.plan.steps.private_google_access import SetPrivateGoogleAccess
from wizard.plan.steps.probe import DeleteJob, RunProbe
from wizard.plan.steps.retire import RetireConnector, RetireFirewallRule, RetireSubnet
from wizard.plan.steps.service import PatchService, RestoreService
from wizard.plan.steps.subnet import CreateSubnet, DeleteSubnet
from wizard.plan.steps.traffic import ReturnTraffic, ShiftTraffic
from wizard.plan.steps.traffic_pin import PinTraffic, UnpinTraffic
from wizard.plan.steps.traffic_shape import ShapeTraffic
from wizard.plan.steps.traffic_stage import ReturnToBase, StageTraffic

AnyStep = (
    EnableApi
    | CreateSubnet
    | DeleteSubnet
    | SetPrivateGoogleAccess
    | CreateConnector
    | DeleteConnector
    | CreateFirewallRule
    | DeleteFirewallRule
    | CreateNat
    | DeleteRouter
    | RunProbe
    | DeleteJob
    | CreateService
    | DeleteService
    | PatchService
    | RestoreService
    | ShiftTraffic
    | ReturnTraffic
    | PinTraffic
    | UnpinTraffic
    | StageTraffic
    | ReturnToBase
    | ShapeTraffic
    | PatchJob
    | RestoreJob
    | RetireConnector
    | RetireFirewallRule
    | RetireSubnet
    | RunConnectivityTest
    | DeleteConnectivityTest
)
