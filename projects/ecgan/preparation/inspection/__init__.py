"""A look at every pair of files."""
