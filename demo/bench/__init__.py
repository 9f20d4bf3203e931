"""The benchmark: intake, search and pages, each beside the bare part it is built on, in the same run (docs/bench.md)."""
