"""The clinician's side: invites, the panel, adherence."""
