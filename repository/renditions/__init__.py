"""Pictures and words of a file's pages: derived, kept on disk as long as there is room, made again at any time (docs/viewer.md)."""
