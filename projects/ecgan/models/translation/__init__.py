"""MMagic's translation models with parts of ECGAN.

Nothing is imported here: the toolbox's registries import a model when they first look for it, as
its base class takes seconds.
"""
