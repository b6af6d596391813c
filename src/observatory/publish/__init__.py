"""What leaves the house: dossiers as pages and documents, a backtest as a page."""

from observatory.publish.backtest_page import backtest_page
from observatory.publish.documents import dossier_docx, dossier_markdown, dossier_pdf
from observatory.publish.page import dossier_page

__all__ = ["backtest_page", "dossier_docx", "dossier_markdown", "dossier_page", "dossier_pdf"]
