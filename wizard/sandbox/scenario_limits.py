"""Organisation policies, quotas and reached targets of a scenario: what is wrong with them, what is not enforced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wizard.sandbox import org_policies, quotas, urls
from wizard.sandbox import scenario_model as model
from wizard.sandbox.scenario_convert import shown
from wizard.sandbox.scenario_values import Problem


def unenforced(scenario: model.Scenario) -> list[str]:
    """What the scenario asks for and the sandbox does not do, in words."""
    policies = {p.constraint for p in scenario.org_policies if not org_policies.is_enforced(p.constraint)}
    metrics = {quota.metric for quota in scenario.quotas if quota.metric not in quotas.METRICS}
    found = [f"the organisation policy {shown(name)} ([[org_policy]])" for name in sorted(policies)]
    return found + [f"the quota {shown(name)} ([[quota]])" for name in sorted(metrics)]


def problems(scenario: model.Scenario) -> Iterator[Problem]:
    """Conditions that cannot be judged, amounts below 0, and targets that nobody could connect to."""
    for index, policy in enumerate(scenario.org_policies):
        if not org_policies.short(policy.constraint).startswith(org_policies.CUSTOM):
            continue
        for text in (*policy.allowed, *policy.denied):
            if not org_policies.is_condition(text):
                fields = ", ".join(org_policies.FIELDS)
                rule = f'{shown(text)} is not resource.FIELD == "VALUE" (or !=) with a field of {fields}'
                yield f"org_policy[{index}]", rule, "denied = ['resource.network == \"default\"']"
    for index, quota in enumerate(scenario.quotas):
        if quota.limit < 0 or quota.usage < 0:
            yield f"quota[{index}].limit", "limit and usage are not below 0", "limit = 8"
    yield from _workloads(scenario)


def _workloads(scenario: model.Scenario) -> Iterator[Problem]:
    tables: dict[str, Sequence[model.Service | model.Revision]] = {
        "service": scenario.services,
        "job": scenario.jobs,
        "revision": scenario.revisions,
    }
    for table, entries in tables.items():
        for index, entry in enumerate(entries):
            if not 0 <= entry.min_instances <= (entry.max_instances or entry.min_instances):
                rule = f"{entry.min_instances} is below 0 or above max_instances"
                yield f"{table}[{index}].min_instances", rule, "1"
            for number, text in enumerate(entry.reaches):
                try:
                    urls.place(text)
                except ValueError as error:
                    why = f"{shown(text)} is no target: {error}"
                    yield f"{table}[{index}].reaches[{number}]", why, '"redis://10.0.0.3:6379"'
