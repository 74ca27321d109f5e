"""Waivers: failures that somebody answers for, for a while; `waivers/ENVIRONMENT.toml`."""

from assurance.judging.waivers.loading import load
from assurance.judging.waivers.model import AppliedWaiver, Waiver, Waivers

__all__ = ["AppliedWaiver", "Waiver", "Waivers", "judging", "load", "loading"]
