"""The ways out: FHIR, the calendar feed, the visit's PDF, tables, the full export, and the end."""
