"""Plugins for MMagic."""
