"""The watch after a deployment: looks again and again, and ends with GO, NO-GO or INCONCLUSIVE (guide, Steps 15, 23, 26)."""
