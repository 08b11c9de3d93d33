"""Where injections go: one body map for every medicine, what rests, and what reacted."""
