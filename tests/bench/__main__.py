"""Prints the table."""

from __future__ import annotations

from tests.bench.pure import firewall, free_ranges
from tests.bench.row import table
from tests.bench.whole import help_row, set_up_rows

if __name__ == "__main__":
    print(table([help_row(), *set_up_rows(), free_ranges(), firewall()]))
