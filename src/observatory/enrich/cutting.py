"""Words of a text as written, for naming groups of sentences: by spaces, or by jieba's dictionary for Chinese."""

from __future__ import annotations

import functools
import re
import warnings
from typing import Any

_WORD = re.compile(r"[^\W_](?:[^\W_]|[.'’-](?=[^\W_])|[+#]+(?!\w))*|[^\w\s]")


def cut_words(text: str, language: str) -> list[str]:
    """The words of a text in their order, as written; signs are words of their own.

    >>> cut_words("Build C++ services, well.", "en")
    ['Build', 'C++', 'services', ',', 'well', '.']
    >>> cut_words("负责数据标注", "zh")
    ['负责', '数据', '标注']
    """
    if language != "zh":
        return _WORD.findall(text)
    return [word for word in _jieba().lcut(text) if word.strip()]


@functools.cache
def _jieba() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba's own source warns when it is compiled
        import jieba
    jieba.setLogLevel(60)
    return jieba.Tokenizer()
