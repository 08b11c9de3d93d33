"""What the patient has: vials and packs, what leaves them, what is left, and for how long."""
