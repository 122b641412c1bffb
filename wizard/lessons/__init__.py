"""Lessons as data: what is explained, predicted, shown, done and graded. Graded on a sandbox's state and packets."""
