"""Watching over what is kept: the store, the working copies, retention; each night a batch, and by command."""
