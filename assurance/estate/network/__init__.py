"""The network as found: subnets, security rules, flows, private endpoints and their names."""

__all__ = [
    "flows",
    "packet_regions",
    "private_dns_zone",
    "private_endpoint",
    "security_group",
    "security_rules",
    "vantage",
    "virtual_network",
]
