"""What Google documents, as tables."""
