"""The HTML report: its page, its parts and its figures."""
