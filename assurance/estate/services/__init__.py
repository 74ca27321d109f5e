"""The platform services as found: data services, their vault, registry and backup."""

__all__ = [
    "backup",
    "described_service",
    "kinds",
    "platform_service",
    "private_access",
    "public_access",
    "registry",
    "storage_account",
    "vault",
]
