"""The corpus: Delta tables in a folder. `Corpus` is the only thing that knows their paths."""

from observatory.corpus.clean import clean_posting, clean_text
from observatory.corpus.dedupe import join_vacancies
from observatory.corpus.privacy import mask
from observatory.corpus.store import Corpus
from observatory.corpus.vacancies import update_vacancies

__all__ = ["Corpus", "clean_posting", "clean_text", "join_vacancies", "mask", "update_vacancies"]
