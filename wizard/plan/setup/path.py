"""Connector or Direct VPC egress: as answered, else as advised, with the reasons as a finding."""

from __future__ import annotations
