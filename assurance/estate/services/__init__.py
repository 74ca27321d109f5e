"""The platform services as found: data services, their vault, registry and backup."""
