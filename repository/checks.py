"""Rules of the project that Django checks at every start."""
