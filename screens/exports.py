"""A plan in every format that can be exported."""

from __future__ import annotations

from wizard.export import answers as answers_export
from wizard.export import gcloud, markdown, terraform
from wizard.flow.model import Model
from wizard.plan.plan import Plan


def exports(plan: Plan, model: Model) -> dict[str, str]:
    """The text of each format, by its name."""
    return {
        "gcloud": gcloud.render(plan),
        "terraform": terraform.render(plan),
        "markdown": markdown.render(plan, model.run.probe if model.run is not None else ()),
        "answers": answers_export.render(model.answers),
    }
