"""Reports: HTML, JSON, JUnit and Markdown, all written from one model of the run."""

__all__ = [
    "causes",
    "coverage",
    "ending",
    "fit",
    "history",
    "html",
    "json_report",
    "junit",
    "markdown",
    "messages",
    "model",
    "ocsf",
    "sarif",
    "wording",
    "writer",
]
