"""Many services at once: who uses a connector, and who manages each of them."""
