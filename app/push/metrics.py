"""What Prometheus sees of the push path. Labels name a push service, never an endpoint."""

from prometheus_client import Counter, Gauge, Histogram

dwell = Histogram(
    "vesper_push_dwell_seconds",
    "From when a message should have been said to when a push service accepted it",
    buckets=(0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 120, 300, 900, 3600),
)
outcomes = Counter(
    "vesper_push_outcomes_total",
    "Attempts by push service and what became of them",
    ["origin", "outcome"],
)
in_flight = Gauge("vesper_push_in_flight", "Messages claimed and not yet recorded")
circuit_open = Gauge(
    "vesper_push_circuit_open", "1 while a push service is being left alone", ["origin"]
)
