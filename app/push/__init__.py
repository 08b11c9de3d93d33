"""Reach a person's devices: subscriptions, outbox, encryption, delivery, receipts."""
