"""What is checked before anything moves: one finding for each cause, with all services that it concerns."""
