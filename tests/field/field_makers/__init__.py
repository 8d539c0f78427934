"""The field's tools write maps that were drawn; runs where the tools are, not the project.

``python -m field_makers OUT`` writes a folder for each form, and ``OUT/manifest.json``. A *way* is
a tool with its options; a *form* is what a way makes of the twelve maps of a set.
"""
