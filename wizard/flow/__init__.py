"""The order of the questions, what an edit invalidates, and the state of a person's walk through them. Pure."""
