"""All that a search finds, written into a table with a sheet by which it can be verified."""
