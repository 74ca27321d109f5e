"""Which addresses are private: RFC 1918 and RFC 4193, and nothing else that Python calls private."""

from ipaddress import ip_address, ip_network

_PRIVATE = tuple(ip_network(prefix) for prefix in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))


def is_private(address: str) -> bool:
    """Tell whether an address is reachable within private networks only; text that is no address is not."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed.version == network.version and parsed in network for network in _PRIVATE)
