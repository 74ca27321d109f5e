"""Attestations: change records that fall short, and the checks that must say so."""
