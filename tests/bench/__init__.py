"""`make bench`: what costs how much, as ratios measured in one run. Never a test: nothing here fails for being slow."""
