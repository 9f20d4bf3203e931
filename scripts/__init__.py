"""What stands between a bare machine and the running program; docs/operations.md tells the steps."""
