"""The record as FHIR R4 (4.0.1): dictionaries made of rows, and the little server that reads them.

Mappers are pure, rows in and dictionaries out, without `fhir.resources`: importing its models takes
seconds and they neither know 4.0.1 nor check what matters here (clinical.md 4.2, 4.4). The tests
hold every resource against the 4.0.1 schema, those models, and two independent clients.
"""
