"""Medicines, versions and lines: what one patient is prescribed."""
