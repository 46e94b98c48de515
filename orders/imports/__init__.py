"""Files that are read into facts, one module a format."""
