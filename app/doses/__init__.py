"""The plan, what happened to each dose, and what that means."""
