"""Azure made wrong on purpose, made otherwise without harm, and made unreadable."""
