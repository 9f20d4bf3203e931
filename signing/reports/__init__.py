"""What a run of verification says, for whoever must defend it: a page, PDF/A, JSON, the standard's XML, and a signed bundle that verifies offline."""
