"""The sheets that go with a dossier on paper: cover, list of documents, ending sheet; as PDF/A-2b, in the forms of the rules."""
