"""The seams to DNS and to sockets: probes from one vantage, recorded on the tape like every other reading."""

__all__ = ["azure", "dns", "files", "http", "origins", "sockets"]
