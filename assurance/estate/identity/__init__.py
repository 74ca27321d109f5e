"""The application's identity as found, and what it may do."""
