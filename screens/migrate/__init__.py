"""The pages of a migration: inventory, findings, the board of stages, and the end."""
