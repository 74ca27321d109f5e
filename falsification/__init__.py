"""Proof that the checks can fail: estates made wrong on purpose, each of which must be reported, and nothing else."""
