"""Reports: HTML, JSON, JUnit and Markdown, all written from one model of the run."""
