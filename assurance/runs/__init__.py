"""A run: its tape and seams, its decision, and the revision of the suite that made it."""
