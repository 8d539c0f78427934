"""A page that paints layouts and runs the generator in the browser, without a server."""

from .export_page import PageReport, export_page
from .rounded_weights import WEIGHTS

__all__ = ['WEIGHTS', 'PageReport', 'export_page']
