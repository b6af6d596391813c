"""How a word is used in running text: is it the name of a tool, or of a kind of work?

The name of a tool is written as a proper name in the middle of a sentence ("we use Haskell"), stands
in lists of other tools ("Java, Scala, Haskell") and behind "with", "in" or "using". The name of a
field is written small and in no list ("our machine learning team"). Both head the same job titles,
so titles alone cannot tell them apart. Nothing is looked up: a tool of last month is found too.

An abbreviation is written in capitals whatever it means, so it has to show more: many lists, or a
builder's heads ("PHP developer" against "QA engineer").

Chinese advertisements write both in Latin letters (Java开发工程师, AI算法工程师). There the tool stands behind
熟悉 or 使用 and between 、 and ，; capitals say nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LEAST_MENTIONS = 8  # below it nothing is said
LONGEST_TEXT = 12_000  # characters read of one text
_TOKEN = re.compile(r"\.NET\b|\.net\b|[A-Za-z][A-Za-z0-9+#.]*[A-Za-z0-9+#]|[A-Za-z]|[,/|()\n.;:!?&•*-]")
_BEHIND = frozenset("with in using use like know knows of learn love on".split())
_JOINS = frozenset(("and", "or"))
_ENDS = frozenset(",/.;)\n")
LEAST_CHINESE = 30
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9+#.]*")
_BEHIND_CHINESE = re.compile(
    r"(?:熟悉|精通|掌握|使用|了解|熟练|运用|基于|应用|会用|利用|擅长|懂|过)[\u4e00-\u9fff]{0,3}[\s:：（(]*\Z"
)
_SEPARATES = frozenset("、,，/;；和或与及")
_CLOSES = frozenset("。.等)）\n")
_WRITTEN = {"net": ".net"}  # the normal form of a role drops the stop of ".NET"


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Counts of one word or phrase over texts, and shares of them from 0 to 1.

    `running`: mentions behind a word in small letters, so inside a sentence. `proper`: share of these
    with a capital. `applied`: share of these behind "with", "in", "using". `listed`: share of all
    mentions that stand between commas or slashes.
    """

    mentions: int = 0
    running: int = 0
    proper: float = 0.0
    applied: float = 0.0
    listed: float = 0.0

    def said(self, word: str) -> str:
        """How the word is used, in plain words."""
        return (
            f"{word} is written as a proper name in {self.proper:.0%} of running mentions, "
            f"and {self.listed:.0%} of its mentions stand in lists of tools"
        )

    def is_tool(self, *, abbreviation: bool, builders: float) -> bool | None:
        """Whether the word names a tool; None when it is mentioned too seldom to say.

        `builders` is the share of developers among the engineers and developers it names. Thresholds
        were read off 270 modifiers of the Hacker News postings up to 2018: languages and frameworks
        lie at `proper` 0.76 to 1 and `listed` + `applied` 0.46 to 1.0; fields (machine learning, computer
        vision, blockchain, firmware) at 0 to 0.4 and 0.0 to 0.5.
        """
        if self.mentions < LEAST_MENTIONS or self.running < 3:
            return None
        as_tool = self.listed + self.applied
        if abbreviation:
            return (self.listed >= 0.35 and as_tool >= 0.65) or (builders >= 0.35 and as_tool >= 0.30)
        return (
            (self.proper >= 0.75 and as_tool >= 0.42)
            or (self.proper >= 0.60 and as_tool >= 0.50)
            or (self.proper >= 0.75 and builders >= 0.35 and as_tool >= 0.20)
            or (self.proper >= 0.55 and builders >= 0.60 and as_tool >= 0.40)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ChineseUsage(Usage):
    """Counts of a Latin word over Chinese texts. `applied`: share of mentions behind 熟悉, 使用 and the like; `listed`:
    between two separators; `beside`: behind such a verb, or next to a separator on one side at least.
    """

    beside: float = 0.0

    def said(self, word: str) -> str:
        return (
            f"{word} stands behind 熟悉, 使用 and the like in {self.applied:.0%} of its mentions, "
            f"and in lists of tools in {self.listed:.0%}"
        )

    def is_tool(self, *, abbreviation: bool, builders: float) -> bool | None:
        """Whether the word names a tool; None when it is mentioned too seldom to say.

        Thresholds were read off sixty Latin words of 6,491 Chinese postings of four boards: languages,
        frameworks and systems lie at `beside` 0.55 to 0.9 and `applied` + `listed` 0.29 to 0.7; AI, Web3,
        DevOps, SRE, UI, NLP and SEO at 0.1 to 0.5 and 0.1 to 0.23.
        """
        if self.mentions < LEAST_CHINESE:
            return None
        return self.beside >= 0.55 and self.applied + self.listed >= 0.28


def usage_in_chinese(texts: Iterable[str], words: Sequence[str]) -> dict[str, ChineseUsage]:
    """The usage of Latin words (lower case) over Chinese texts.

    >>> usage_in_chinese(["熟悉Zorbat、Java，我们做AI产品"], ["zorbat", "ai"])["zorbat"].applied
    1.0
    """
    counts = {word: [0, 0, 0, 0] for word in words}
    for text in texts:
        for found in _LATIN.finditer(text, 0, LONGEST_TEXT):
            count = counts.get(found.group().lower().rstrip("."))
            if count is None:
                continue
            start, end = found.span()
            applied = _BEHIND_CHINESE.search(text, max(0, start - 10), start) is not None
            before = text[max(0, start - 3) : start].rstrip(" ")[-1:]
            after = text[end : end + 3].lstrip(" ")[:1]
            count[0] += 1
            count[1] += applied
            count[2] += before in _SEPARATES and after in _SEPARATES | _CLOSES
            count[3] += applied or before in _SEPARATES or after in {"、", "/"}
    return {
        word: ChineseUsage(
            mentions=n, running=n, applied=applied / max(n, 1), listed=listed / max(n, 1), beside=beside / max(n, 1)
        )
        for word, (n, applied, listed, beside) in counts.items()
    }


def usage_of(texts: Iterable[str], phrases: Sequence[str]) -> dict[str, Usage]:
    """The usage of each phrase (lower case, words separated by one space) over English texts.

    >>> text = "We write Haskell. You know Java, Haskell and OCaml, and you work with Haskell in our machine learning team."
    >>> found = usage_of([text], ["haskell", "machine learning"])
    >>> found["haskell"].proper, found["machine learning"].proper
    (1.0, 0.0)
    """
    starts: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
    for phrase in phrases:
        words = [_WRITTEN.get(word, word) for word in phrase.split()]
        if words:
            starts[words[0]].append((phrase, words))
    counts: Mapping[str, list[int]] = {phrase: [0, 0, 0, 0, 0] for phrase in phrases}
    for text in texts:
        tokens = _TOKEN.findall(text[:LONGEST_TEXT])
        small = "\0".join(tokens).lower().split("\0")  # tokens are ASCII: as many as before
        for i in [i for i, word in enumerate(small) if word in starts]:
            for phrase, words in starts[small[i]]:
                end = i + len(words)
                if len(words) == 1 or small[i:end] == words:
                    _count(counts[phrase], tokens, small, i, end)
    return {
        phrase: Usage(
            mentions=n, running=running, proper=proper / max(running, 1), applied=applied / max(running, 1),
            listed=listed / max(n, 1),
        )
        for phrase, (n, running, proper, applied, listed) in counts.items()
    }  # fmt: skip


def _count(count: list[int], tokens: Sequence[str], small: Sequence[str], start: int, end: int) -> None:
    before = tokens[start - 1] if start else "\n"
    after = small[end] if end < len(tokens) else "\n"
    count[0] += 1
    if before.isalpha() and before.islower():
        count[1] += 1
        count[2] += any(token != token.lower() for token in tokens[start:end])
        count[3] += before in _BEHIND
    if before in ",/":
        count[4] += after in _ENDS or after in _JOINS
    elif before in _JOINS:
        count[4] += after in _ENDS
