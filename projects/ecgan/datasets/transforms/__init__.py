"""Transforms: maps from files, edges, instance boundary, warping, packing."""
