"""Saying that a dose was taken, or was not: what happened, from which vial, into which spot."""
