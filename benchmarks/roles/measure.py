"""Precision and recall of role phrases and of the roles of a posting, on the held-out half of the labels.

The labels lie beside this file: `phrases.csv` (phrases as written, what they are, and the role they
name) and `postings.csv` (ids of postings and the roles that a reader finds in their title or first
line); GUIDE.md says how they were given. Rules were made while looking at one half only; which half
a row is in depends on a hash of its phrase or id.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from benchmarks.page import Bench
from benchmarks.roles.postings import LANGUAGES, SOURCES, classifications, load_postings
from observatory.detect.novelty import normal_form
from observatory.detect.roles import RoleTest, fold_key, judge_roles
from observatory.enrich.grammar_en import singular
from observatory.enrich.titles import RoleGrammar
from observatory.records import Taxonomy

HERE = Path(__file__).parent
# Rows that say how a phrase is used, not what the grammar must find: named without being sought.
NOT_SOUGHT = ("mentioned",)
NAMES = {"en": "English", "zh": "Chinese", "it": "Italian"}

Reader = Callable[[str], Sequence[str]]


@dataclass
class Score:
    """Counts of one method: right and wrong roles it gave, and the rows it had to find and found."""

    right: int = 0
    wrong: int = 0
    wanted: int = 0
    found: int = 0
    errors: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else float("nan")

    @property
    def recall(self) -> float:
        return self.found / self.wanted if self.wanted else float("nan")

    @property
    def f1(self) -> float:
        p, r = self.precision, self.recall
        return 2 * p * r / (p + r) if p + r > 0 else 0.0  # nan + 0 is no number and not over 0


def held_out(text: str) -> bool:
    """Whether a row is in the half that no rule was made on."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % 2 == 1


def rows_of(name: str) -> list[dict[str, str]]:
    """The labelled rows of a file beside this one."""
    with (HERE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


class System:
    """The program's own answer in one language: what it reads, and which roles the corpus accepts."""

    def __init__(self, language: str, postings: pd.DataFrame, taxonomies: Sequence[Taxonomy]) -> None:
        self.language = language
        self.grammar = RoleGrammar.learn(taxonomies, languages=(language,))
        mentions = []
        self.in_title: dict[tuple[str, str], list[str]] = {}
        for row in postings.itertuples(index=False):
            read = list(self.grammar.read(row.title, row.description, language, row.employer_name))
            mentions += [
                (row.posting_id, row.posting_id, 0, row.source, row.employer, m.role, m.phrase, language, m.position,
                 m.alone, m.titled, m.hiring)
                for m in read
            ]  # fmt: skip
            self.in_title[(row.source, row.source_id)] = [m.role for m in read if m.position == "title"]
        columns = ["posting_id", "vacancy_id", "month", "source", "employer", "role", "phrase", "language", "position",
                   "alone", "titled", "hiring"]  # fmt: skip
        self.mentions = pd.DataFrame(mentions, columns=columns)
        labels = {
            fold_key(normal_form(name, language), language)
            for taxonomy in taxonomies
            for occupation in taxonomy.occupations
            for name in (occupation.labels.get(language, ""), *occupation.alternative.get(language, ()))
            if name
        }
        self.known = [role for role in self.mentions["role"].unique() if fold_key(role, language) in labels]

    def accepted(self, test: RoleTest) -> frozenset[str]:
        """Keys of the roles that pass the tests over the whole corpus."""
        judged = judge_roles(self.mentions, known=self.known, test=test)
        return frozenset(fold_key(role, self.language) for role, _ in judged.index[judged["accepted"]])

    def reader(self, accepted: frozenset[str] | None) -> Reader:
        """What the program says of a phrase that stands as a title, as far as the corpus accepts it."""

        def read(phrase: str) -> list[str]:
            roles = dict.fromkeys(m.role for m in self.grammar.read(phrase, "", self.language))
            return [r for r in roles if accepted is None or fold_key(r, self.language) in accepted]

        return read


def prototype(language: str, heads: frozenset[str]) -> Reader:
    """The rule of the first prototype: a head noun that ends the phrase, with up to three words before it."""

    def read(text: str) -> list[str]:
        found = []
        for part in re.split(r"[|,;:()\[\]/•·【】（）、，]| [-–—] ", text):
            words = part.lower().split()
            if language == "zh":
                run = "".join(words)
                if any(run.endswith(head) and len(run) > len(head) for head in heads):
                    found.append(run)
                continue
            for i, word in enumerate(words):
                if singular(word) in heads and i:
                    found.append(" ".join([*words[max(0, i - 3) : i], singular(word)]))
        return found

    return read


def whole_title(titles: Mapping[str, int], least: int) -> Reader:
    """The title as it is, in lower case, where so many employers wrote it."""
    return lambda text: [text.lower()] if titles.get(text.lower(), 0) >= least else []


def score_phrases(rows: Sequence[Mapping[str, str]], read: Reader, language: str) -> Score:
    """A method's roles against the labels of phrases."""
    score = Score()
    for row in rows:
        right = {fold_key(name, language) for name in row["normal_form"].split("|") if name}
        given = {fold_key(role, language): role for role in read(row["phrase"])}
        hits = right & given.keys()
        score.right += len(hits)
        score.wrong += len(given.keys() - right)
        if given.keys() - right:
            score.errors.append(f"{row['phrase']} -> {', '.join(given.values())} [{row['label']}]")
        if row["label"] == "role" and row["note"] not in NOT_SOUGHT:
            score.wanted += 1
            score.found += bool(hits)
            if not hits:
                score.missed.append(f"{row['phrase']} ({row['source'][:8]})")
    return score


def score_postings(
    rows: Sequence[Mapping[str, str]], read: Callable[[Mapping[str, str]], Sequence[str]], language: str
) -> Score:
    """A method's roles of each posting against those that a reader found; "?" marks roles that may be missing."""
    score = Score()
    for row in rows:
        given = {fold_key(role, language): role for role in read(row)}
        matched: set[str] = set()
        for wanted in filter(None, row["roles"].split(";")):
            names = {fold_key(name, language) for name in wanted.lstrip("?").split("|")}
            hits = names & given.keys()
            matched |= hits
            if not wanted.startswith("?"):
                score.wanted += 1
                score.found += bool(hits)
                if not hits:
                    score.missed.append(f"{row['source_id']}: {wanted}")
        score.right += len(matched)
        score.wrong += len(given.keys() - matched)
        if given.keys() - matched:
            score.errors.append(f"{row['source_id']}: {', '.join(given[key] for key in given.keys() - matched)}")
    return score


def scores_of(data: Path, languages: Sequence[str], half: Callable[[str], bool]) -> dict[tuple[str, str, str], Score]:
    """(language, what, method) -> score; `what` is "sought", "all" or "postings"."""
    shelf = classifications(data)
    result: dict[tuple[str, str, str], Score] = {}
    phrases, labelled, drawn = rows_of("phrases.csv"), rows_of("postings.csv"), rows_of("accepted.csv")
    for language in languages:
        postings = load_postings(data, SOURCES[language])
        postings = postings[postings["language"] == language]
        system = System(language, postings, shelf[language])
        own = [row for row in phrases if row["language"] == language and half(row["phrase"])]
        titles = postings.groupby(postings["title"].str.lower())["employer"].nunique().to_dict()
        heads = system.grammar.heads[language]
        peers = {"head and three words": prototype(language, heads)}
        if language != "it":
            sought = [row for row in own if int(row["employers"] or 0) >= 2]
            methods = {
                "the program": system.reader(system.accepted(RoleTest())),
                **peers, "whole title": whole_title(titles, 2),
            }  # fmt: skip
            for name, read in methods.items():
                result[language, "sought", name] = score_phrases(sought, read, language)
            now = system.accepted(RoleTest())
            own_roles = [row for row in drawn if row["language"] == language and fold_key(row["role"], language) in now]
            right = sum(row["label"] == "role" for row in own_roles)
            result[language, "accepted", "the program"] = Score(right=right, wrong=len(own_roles) - right)
        keys = None if language == "it" else system.accepted(RoleTest(employers=1))
        methods = {"the program": system.reader(keys), **peers, "whole title": whole_title(titles, 1)}
        for name, read in methods.items():
            result[language, "all", name] = score_phrases(own, read, language)
        chosen = [row for row in labelled if row["language"] == language and half(row["source_id"])]
        if not chosen:
            continue
        title = postings.set_index(["source", "source_id"])["title"].to_dict()
        readers: dict[str, Callable[[Mapping[str, str]], Sequence[str]]] = {
            "the program": lambda row, s=system: s.in_title[row["source"], row["source_id"]],  # type: ignore[misc]
            "head and three words": lambda row, t=title, p=peers: p["head and three words"](t[row["source"], row["source_id"]]),  # type: ignore[misc]
            "whole title": lambda row, t=title: [t[row["source"], row["source_id"]].lower()],  # type: ignore[misc]
        }  # fmt: skip
        for name, reader in readers.items():
            result[language, "postings", name] = score_postings(chosen, reader, language)
    return result


WHAT = {
    "sought": "phrases that two employers or more seek: what may be proposed",
    "all": "all phrases, those seen once too: what is read",
    "accepted": "roles drawn at random from all that the corpus accepts",
    "postings": "roles of a posting, from its title or first line",
}


def measure(bench: Bench) -> str:
    """The section "Roles"."""
    scores = scores_of(bench.data, LANGUAGES, held_out)
    lines = [
        "## Roles",
        "",
        "Labelled by one labeller from real postings (`benchmarks/roles/GUIDE.md`); figures on the held-out half. Precision"
        " is over the roles that a method gives, recall over the labelled roles. Italian has no postings here: its rows"
        " are titles of a national classification, read without any Italian classification loaded.",
        "",
        "| language | what | method | rows | precision | recall | F1 |",
        "|---|---|---|---:|---:|---:|---:|",
    ]
    for (language, what, method), s in scores.items():
        rows = s.wanted or s.right + s.wrong
        rest = f"{s.recall:.3f} | {s.f1:.3f}" if s.wanted else "- | -"
        precision = f"{s.precision:.3f}" if s.right + s.wrong else "-"
        lines.append(f"| {NAMES[language]} | {WHAT[what]} | {method} | {rows} | {precision} | {rest} |")
    lines += [
        "",
        "What falls short, from the errors of the other half: English roles that are titles at fewer than two employers and"
        ' seldom stand alone elsewhere ("infrastructure expert", "report writer") are read and not accepted; a bare general'
        ' head ("Developer") is not read by design; a rank inside the first line of a free text ("Distributed Database Senior'
        " Architect\") cuts what stands before it, which is mostly the employer. Employers' names that no field gives stay in"
        " front of roles. Whole titles have few errors because they find little.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Prints scores and, of the half that rules are made on, the errors."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.roles.measure")
    parser.add_argument("data", type=Path, help="folder with data/postings and data/taxonomies")
    parser.add_argument("--languages", default="en,zh,it")
    parser.add_argument("--held-out", action="store_true", help="score the held-out half; its errors are not shown")
    arguments = parser.parse_args()
    half = held_out if arguments.held_out else lambda text: not held_out(text)
    for (language, what, method), s in scores_of(arguments.data, arguments.languages.split(","), half).items():
        print(f"{language} {what:9} {method:22} {s.wanted:4} p {s.precision:.3f} r {s.recall:.3f} f1 {s.f1:.3f}")
        if method == "the program" and not arguments.held_out:
            print("   wrong:", *s.errors, sep="\n     ")
            print("   missed:", *s.missed, sep="\n     ")


if __name__ == "__main__":
    main()
