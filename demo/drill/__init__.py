"""The drill: the running program is killed at random instants, and afterwards everything is counted (docs/drill.md)."""
