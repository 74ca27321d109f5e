"""What all views of the estate share: the questions to Azure, and a resource with facts that cite their readings."""

__all__ = ["questions", "resource"]
