"""The corpus: Delta tables in a folder. `Corpus` is the only thing that knows their paths."""

from observatory.corpus.clean import MENDED, clean_posting, clean_text, posted_between
from observatory.corpus.dedupe import join_vacancies
from observatory.corpus.language import forget_models
from observatory.corpus.privacy import mask
from observatory.corpus.store import Corpus, give_back_memory, lean_memory
from observatory.corpus.vacancies import store_signatures, update_vacancies

__all__ = [
    "MENDED",
    "Corpus",
    "clean_posting",
    "clean_text",
    "forget_models",
    "give_back_memory",
    "join_vacancies",
    "lean_memory",
    "mask",
    "posted_between",
    "store_signatures",
    "update_vacancies",
]
