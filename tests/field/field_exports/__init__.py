"""Folders in the form of annotation tools and of known data sets, with what they really hold."""
