"""Breaks the APEX stand-in, one switch at a time, and has the checks of the application judge it."""
