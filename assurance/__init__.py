"""APEX Assurance: proves that a deployment of APEX is what its operations guide says it must be."""

__version__ = "0.1.0"
