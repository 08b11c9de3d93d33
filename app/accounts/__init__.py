"""People, sign-in, sessions and care links: who may see whom."""
