"""The first page of each role, part by part: what waits for a person, and the list behind every figure."""
