"""Which labs are due when, and the prompts that say so."""
