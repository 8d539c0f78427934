"""From packed samples to what models read."""
