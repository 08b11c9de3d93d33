"""Measures every figure the README claims, beside its peers, in one run: `make bench`."""
