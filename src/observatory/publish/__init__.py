"""What leaves the house: dossiers as pages and documents."""

from observatory.publish.documents import dossier_docx, dossier_markdown, dossier_pdf
from observatory.publish.page import dossier_page

__all__ = ["dossier_docx", "dossier_markdown", "dossier_page", "dossier_pdf"]
