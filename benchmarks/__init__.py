"""What a run costs, measured against its floor."""
