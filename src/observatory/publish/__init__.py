"""What leaves the house: dossiers as pages and documents."""

from observatory.publish.page import dossier_page

__all__ = ["dossier_page"]
