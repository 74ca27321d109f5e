"""Drift, falsified: changes that must be told apart by how much they matter, and noise that must stay silent."""
