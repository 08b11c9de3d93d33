"""Vesper keeps a hormone protocol: it reminds at bedtime, logs with one tap and tells the clinic."""
