"""The page of a trace: the way from a service to a target as a picture, and why it ends where it ends."""
