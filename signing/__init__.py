"""Electronic signatures: whether they hold, and what is known about who made them and when."""
