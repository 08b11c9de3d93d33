"""What was measured or felt: labs, symptoms, body and vitals, in one table by one catalogue."""
