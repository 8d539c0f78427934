"""Which files of a data set belong together."""
