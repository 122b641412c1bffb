"""Repairs: the smallest change that turns a dropped packet into a delivered one."""

from wizard.plan.repair.model import CannotFix, Fix, Repairs
from wizard.plan.repair.repairs import repairs, repairs_document

__all__ = ["CannotFix", "Fix", "Repairs", "repairs", "repairs_document"]
