"""What each page tells, as plain records: reasoned here, drawn in `screens`."""
