"""Vesper keeps a hormone protocol: reminders at bedtime, one-tap logging, honest adherence."""
