"""The laboratory: it measures the product, and no module of the product imports it."""
