"""Loaded by every Python process that the suite starts: the loopback guard of `tests/loopback.py`."""

import sys

from tests.loopback import guard

sys.addaudithook(guard)
