"""An observatory of emerging professions."""

__version__ = "0.1.0"
