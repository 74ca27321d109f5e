"""The platform services as found: data services, their vault, registry and backup."""

__all__ = [
    "backup",
    "data_services",
    "described_service",
    "platform_service",
    "private_access",
    "public_access",
    "registry",
]
