"""What APEX makes of a project: documents, jobs and estimates, as frozen views of its answers, and the workflow."""

__all__ = ["answers", "classification", "estimate", "sample_documents", "script", "workflow"]
