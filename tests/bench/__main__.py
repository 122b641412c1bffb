"""Prints the table."""

from __future__ import annotations

from tests.bench.clients import client_rows
from tests.bench.cloud import cloud_rows
from tests.bench.fleet import fleet_rows
from tests.bench.paths import one_verdict, whole_matrix
from tests.bench.pure import firewall, free_ranges
from tests.bench.row import table
from tests.bench.screen import first_frame_row, key_rows
from tests.bench.whole import help_row, set_up_rows

if __name__ == "__main__":
    print(
        table(
            [
                help_row(),
                first_frame_row(),
                *key_rows(),
                *set_up_rows(),
                free_ranges(),
                firewall(),
                one_verdict(),
                whole_matrix(),
                *cloud_rows(),
                *client_rows(),
                *fleet_rows(),
            ]
        )
    )
