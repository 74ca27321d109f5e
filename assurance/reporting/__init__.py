"""Reports: HTML, JSON, JUnit and Markdown, all written from one model of the run."""

__all__ = [
    "causes",
    "coverage",
    "csv_report",
    "ending",
    "fit",
    "from_pack",
    "history",
    "html",
    "json_report",
    "junit",
    "lines",
    "markdown",
    "messages",
    "model",
    "ocsf",
    "sarif",
    "wording",
    "writer",
]
