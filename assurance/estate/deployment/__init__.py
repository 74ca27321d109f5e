"""The application as deployed: its environment, revisions, set-up and the files of its release."""
