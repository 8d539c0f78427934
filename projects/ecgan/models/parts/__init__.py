"""What parts take and return, how they are built, and networks from elsewhere probed and read."""
