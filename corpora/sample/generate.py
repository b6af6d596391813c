"""Writes the invented sample: job advertisements of three years, with what is to be found in them planted.

    python corpora/sample/generate.py --out FOLDER

Only the standard library is used, chance comes from `random.Random(seed).random()` alone and growth
from whole numbers, so the files are the same bytes on every machine. The words are in `words/`, one
file a language; `truth.csv` says what was planted and what it must and must not be taken for.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import hashlib
import html
import io
import itertools
import json
import random
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

HERE = Path(__file__).resolve().parent
SEED = 20_220_101
FIRST = (2022, 1)
MONTHS = 36
LANGUAGES = ("en", "zh", "it")
STEADY = 2.1  # postings a month of a steady profession in one language, at the beginning
SWELL = 0.5  # by how much all sources grow over the three years
JOINS, JOINING = 18, {"Heavy Truck Driver": 11, "Lifting Truck Operator": 4}  # a month, from month 18 on
REPOSTED = 0.05
CONTACTS = 0.06
ACCENTED = 20  # texts of the Italian board that went through a wrong encoding

Words = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Advert:
    """One advertisement before it takes the form of its source. `day` counts from the first month's first."""

    source: str
    language: str
    day: int
    minute: int
    title: str
    employer: str
    place: str
    text: str
    number: int = 0

    @property
    def when(self) -> dt.datetime:
        return dt.datetime(FIRST[0], FIRST[1], 1, tzinfo=dt.UTC) + dt.timedelta(days=self.day, minutes=self.minute)


class Chance:
    """Draws that are the same on every machine and in every version of Python."""

    def __init__(self, *names: object) -> None:
        self._random = random.Random("/".join(map(str, names)))

    def below(self, share: float) -> bool:
        return self._random.random() < share

    def pick(self, values: Sequence[T]) -> T:
        return values[int(self._random.random() * len(values))]

    def whole(self, start: int, stop: int) -> int:
        return start + int(self._random.random() * (stop - start))

    def some(self, values: Sequence[T], count: int) -> list[T]:
        """`count` different values in the order of the draw."""
        left = list(values)
        return [left.pop(int(self._random.random() * len(left))) for _ in range(min(count, len(left)))]

    def about(self, mean: float, trials: int = 8) -> int:
        """A whole number with this mean, binomial over a few trials."""
        return sum(self.below(mean / trials) for _ in range(trials))


def days_of(month: int) -> tuple[int, int]:
    """First day of a month and of the next, counted from the beginning."""
    begin = dt.date(*FIRST, 1)
    first, after = (
        dt.date(FIRST[0] + (FIRST[1] - 1 + m) // 12, (FIRST[1] - 1 + m) % 12 + 1, 1) for m in (month, month + 1)
    )
    return (first - begin).days, (after - begin).days


def rising(total: int, start: int) -> list[int]:
    """Postings a month of a profession that appears in `start` and rises in a straight line; they sum to `total`.

    >>> rising(10, 32)[31:]
    [0, 1, 2, 3, 4]
    """
    span = MONTHS - start
    sums = [total * k * (k + 1) // (span * (span + 1)) for k in range(span + 1)]
    return [0] * start + [b - a for a, b in itertools.pairwise(sums)]


def passing(total: int, start: int, end: int) -> list[int]:
    """Postings a month of a fad: a straight rise to the middle and a straight fall, nothing after `end`."""
    middle = (start + end) / 2
    weights = [int(max(0.0, (end - start) / 2 - abs(m + 0.5 - middle)) * 2) for m in range(MONTHS)]
    sums, at = [0], 0
    for weight in weights:
        at += weight
        sums.append(total * at // sum(weights))
    return [b - a for a, b in itertools.pairwise(sums)]


class Writer:
    """Writes advertisements in the words of one language."""

    def __init__(self, language: str, seed: int) -> None:
        self.language, self.seed = language, seed
        self.words: Words = tomllib.loads((HERE / "words" / f"{language}.toml").read_text("utf-8"))
        names = [(r, s) for s in self.words["suffixes"] for r in self.words["roots"]]
        order = Chance(seed, language, "employers").some(names, len(names))
        mark = self.words["invented"] if language == "zh" else f" {self.words['invented']}"
        self.employers = [suffix.format(root=root) + mark for root, suffix in order]

    def advert(
        self, profession: Mapping[str, Any], *, month: int, source: str, employer: str, chance: Chance,
        title: str | None = None, opening: str | None = None, extra: Sequence[str] = (),
    ) -> Advert:  # fmt: skip
        """One advertisement of a profession; `extra` are requirements that any profession may be asked for."""
        words = self.words
        place = chance.pick(words["places"])
        name = title or profession["title"]
        facts = {"employer": employer, "place": place, "title": name}
        first, after = days_of(month)
        tasks = chance.some(profession["tasks"], chance.whole(3, 5))
        needs = [*chance.some(profession["needs"], chance.whole(2, 4)), *chance.some(words["also"], 1), *extra]
        start = (opening or chance.pick(words["openings"])).format(**facts)
        parts = [start, *self._body(tasks, needs, chance)]
        about = chance.pick(words["about"]).format(**facts, n=chance.whole(8, 900), k=chance.whole(2, 40))
        parts.insert(1 if chance.below(0.5) else len(parts), about)
        parts.append(chance.pick(words["offers"]))
        if chance.below(CONTACTS):
            parts.append(self._contact(chance))
        parts.append(words["mark"])
        shown = chance.pick(words["titles"]).format(title=name, city=place.split(",")[0])
        return Advert(
            source=source, language=self.language, day=chance.whole(first, after), minute=chance.whole(0, 1_440),
            title=shown, employer=employer, place=place, text="\n".join(map(self._spelled, parts)),
        )  # fmt: skip

    def _body(self, tasks: Sequence[str], needs: Sequence[str], chance: Chance) -> Iterator[str]:
        """Tasks and requirements, under headings as a list or in sentences."""
        words = self.words
        if chance.below(0.6):
            for heading, items in zip(chance.pick(words["headings"]), (tasks, needs), strict=True):
                yield f"{heading}:" if self.language != "zh" else f"{heading}："
                yield from (f"- {item[:1].upper()}{item[1:]}" for item in items)
            return
        join = "" if self.language == "zh" else " "
        for patterns, items in ((words["task"], tasks), (words["need"], needs)):
            yield join.join(chance.pick(patterns).format(x=item) for item in items)

    def _contact(self, chance: Chance) -> str:
        text: str = chance.pick(self.words["contacts"])
        mail = "".join(chance.pick("bdfgklmnprstv") + chance.pick("aeiou") for _ in range(4))
        text = text.replace("{person}", chance.pick(self.words["people"])).replace("{mail}", mail)
        while "{d}" in text:
            text = text.replace("{d}", str(chance.whole(0, 10)), 1)
        return text

    def _spelled(self, text: str) -> str:
        if self.language == "en":
            return re.sub(r"\b([Aa]) (?=[AEIOUaeiou])", r"\1n ", text)
        if self.language == "it":
            return re.sub(r"\bun (?=[Ss][bcdfglmnpqrtv])", "uno ", text)
        return text


def adverts(seed: int) -> list[Advert]:
    """All good advertisements, reposts included, in the order of their days."""
    found: list[Advert] = []
    for language in LANGUAGES:
        writer = Writer(language, seed)
        found += _steady(writer)
        found += _planted(writer)
    found += _joining(Writer("en", seed))
    found = _reposted(found, seed)
    found.sort(key=lambda a: (a.day, a.minute, a.source, a.title, a.employer))
    return [replace(advert, number=number) for number, advert in enumerate(found, 1)]


def _steady(writer: Writer) -> Iterator[Advert]:
    tools = tomllib.loads((HERE / "words" / "en.toml").read_text("utf-8"))["technology"]
    for profession in writer.words["steady"]:
        chance = Chance(writer.seed, writer.language, profession["title"])
        for month in range(MONTHS):
            for _ in range(chance.about(STEADY * (1 + SWELL * month / MONTHS))):
                extra = []
                for tool in tools:  # the tool spreads through what people do already
                    if month >= tool["start"] and chance.below(
                        0.3 * (month - tool["start"] + 1) / (MONTHS - tool["start"])
                    ):
                        extra.append(chance.pick(writer.words["technology_needs"]).format(tool=tool["tool"]))
                yield writer.advert(
                    profession, month=month, source=chance.pick(writer.words["sources"]),
                    employer=chance.pick(writer.employers), chance=chance, extra=extra,
                )  # fmt: skip


def _planted(writer: Writer) -> Iterator[Advert]:
    """What is to be found, and what is to be told from it, on known curves."""
    words = writer.words
    for kind in ("emerging", "fad", "house"):
        for profession in words.get(kind, ()):
            if kind == "fad":
                curve = passing(profession["postings"], profession["start"], profession["end"])
            else:
                curve = rising(profession["postings"], profession["start"])
            yield from _on_curve(writer, profession, curve, house=profession.get("employer", ""))
    for tool in words.get("technology", ()):
        for role, postings in tool["roles"]:
            profession = {**tool, "title": role}
            opening = words["technology_opening"].replace("{tool}", tool["tool"])
            opening = opening.replace("{role}", f"{tool['tool']} {role.split()[-1].lower()}")
            yield from _on_curve(writer, profession, rising(postings, tool["start"]), opening=opening)


def _on_curve(
    writer: Writer, profession: Mapping[str, Any], curve: Sequence[int], *, house: str = "", opening: str | None = None
) -> Iterator[Advert]:
    chance = Chance(writer.seed, writer.language, "planted", profession["title"])
    seekers = chance.some(writer.employers, len(writer.employers))
    number = 0
    for month, count in enumerate(curve):
        for _ in range(count):
            employer = f"{house} {writer.words['invented']}" if house else seekers[number % len(seekers)]
            number += 1
            yield writer.advert(
                profession, month=month, source=writer.words["sources"][number % 2], employer=employer, chance=chance,
                opening=opening if opening and chance.below(0.7) else None,
            )  # fmt: skip


def _joining(writer: Writer) -> Iterator[Advert]:
    """A source that joins half-way with work that was there all along: nothing rises but the count."""
    for profession in writer.words["joining"]:
        chance = Chance(writer.seed, "joining", profession["title"])
        for month in range(JOINS, MONTHS):
            for _ in range(JOINING[profession["title"]]):
                employer = chance.pick(writer.employers)
                yield writer.advert(profession, month=month, source="invented-depot", employer=employer, chance=chance)


def _reposted(found: Sequence[Advert], seed: int) -> list[Advert]:
    """The advertisements with some of them again a few weeks later, the same or with a line added."""
    chance = Chance(seed, "reposts")
    last = days_of(MONTHS)[0]
    again = []
    for advert in found:
        day = advert.day + chance.whole(14, 75)
        if chance.below(REPOSTED) and day < last:
            note = {"en": "Still open!", "zh": "继续招聘中！", "it": "Ricerca ancora aperta!"}[advert.language]
            again.append(replace(advert, day=day, text=advert.text + ("" if chance.below(0.5) else f"\n{note}")))
    return [*found, *again]


# --- the forms of the sources ----------------------------------------------------------------


def thread(rows: Sequence[Advert], chance: Chance) -> bytes:
    """JSON lines with a free first line: "Company | Role | Place", HTML paragraphs, seconds."""
    lines = []
    for a in rows:
        own = Chance(a.employer, a.title, a.place)  # a repost has the same first line
        more = own.some(["Full-time", "ONSITE", "REMOTE", "Visa"], own.whole(0, 3))
        head = " | ".join([a.employer, a.title, a.place, *more])
        text = "<p>".join([html.escape(head, quote=False), *(html.escape(line) for line in a.text.split("\n"))])
        account = hashlib.sha256(a.employer.encode()).hexdigest()[:8]
        lines.append({"id": 500_000 + a.number, "by": f"inv_{account}", "time": int(a.when.timestamp()), "text": text,
                      "invented": True})  # fmt: skip
    broken = ['{"id": 1, "text": "cut off', "not JSON at all", "[1, 2, 3]", '{"id": 2,, }', "<html>busy</html>"]
    empty = [
        json.dumps({"id": n, "by": "inv_none", "time": 1_650_000_000, "text": "", "invented": True}) for n in range(4)
    ]
    return _mixed([json.dumps(line, ensure_ascii=False) for line in lines], [*broken, *empty], chance)


def board(rows: Sequence[Advert], chance: Chance) -> bytes:
    """One JSON document; descriptions are HTML escaped once more, dates have a time zone."""
    jobs = [
        {"id": f"B{a.number}", "title": a.title, "company": a.employer, "location": {"name": a.place},
         "date_posted": a.when.astimezone(dt.timezone(dt.timedelta(hours=-5))).isoformat(), "content": html.escape(_html(a.text)),
         "invented": True}
        for a in rows
    ]  # fmt: skip
    bad = {"company": "Nobody (invented)", "location": {"name": ""}, "invented": True}
    for n, date in enumerate(("soon", "2023-02-30", "0001-01-01", "2199-01-01", "31/31/2023")):
        jobs.append({**bad, "id": f"X{n}", "title": "Web Developer", "content": "", "date_posted": date})
    jobs += [{**bad, "id": f"Y{n}", "title": "", "content": "", "date_posted": "2023-05-04"} for n in range(4)]
    return (json.dumps({"invented": True, "jobs": jobs}, ensure_ascii=False, indent=0) + "\n").encode()


def rencai(rows: Sequence[Advert], chance: Chance) -> bytes:
    """A Chinese CSV export: Chinese column names, dates in characters, GB 18030."""
    names = ["职位编号", "职位名称", "公司名称", "工作地点", "发布日期", "月薪", "职位描述", "是否虚构"]
    lines: list[list[object]] = [
        [f"R{a.number}", a.title, a.employer, a.place, f"{a.when.year}年{a.when.month}月{a.when.day}日",
         f"{chance.whole(5, 12)}000-{chance.whole(12, 30)}000", a.text, "是"]
        for a in rows
    ]  # fmt: skip
    lines += [["R0", "机械工程师", "缺列（虚构）"] for _ in range(4)]
    return _separated(names, lines, ",").encode("gb18030")


def gongchang(rows: Sequence[Advert], chance: Chance) -> bytes:
    """JSON lines of factories, with Chinese names and a time of day."""
    lines = [
        {"岗位ID": f"G{a.number}", "岗位名称": a.title, "企业名称": a.employer, "工作城市": a.place,
         "发布时间": a.when.strftime("%Y-%m-%d %H:%M:%S"), "岗位描述": a.text, "虚构": True}
        for a in rows
    ]  # fmt: skip
    bad = {"企业名称": "无名（虚构）", "工作城市": "", "岗位描述": "", "虚构": True, "发布时间": "2199-12-31 08:00:00"}
    wrong = [{**bad, "岗位ID": f"GX{n}", "岗位名称": "电焊工"} for n in range(3)]
    return _mixed([json.dumps(line, ensure_ascii=False) for line in [*lines, *wrong]], [], chance)


def lavoro(rows: Sequence[Advert], chance: Chance) -> bytes:
    """JSON lines in Italian; some texts went through a wrong encoding and back."""
    accented = [a for a in rows if re.search("[àèéìòù]", a.text)]
    spoilt = {a.number for a in chance.some(accented, ACCENTED)}
    lines = [
        {"codice": f"L{a.number}", "titolo": a.title, "azienda": a.employer, "sede": a.place,
         "data_pubblicazione": str(a.when.date()),
         "descrizione": a.text.encode().decode("latin-1") if a.number in spoilt else _html(a.text), "inventato": True}
        for a in rows
    ]  # fmt: skip
    bad = {"azienda": "Nessuno (inventata)", "sede": "", "descrizione": "", "inventato": True}
    wrong = [
        {**bad, "codice": f"LX{n}", "titolo": "Tecnico meccanico", "data_pubblicazione": "03/04/2023"} for n in range(3)
    ]
    return _mixed([json.dumps(line, ensure_ascii=False) for line in [*lines, *wrong]], [], chance)


def bacheca(rows: Sequence[Advert], chance: Chance) -> bytes:
    """Tab-separated values in Italian, line breaks in quoted cells."""
    names = ["codice", "posizione", "azienda", "luogo", "data", "descrizione", "inventato"]
    lines: list[list[object]] = [
        [f"P{a.number}", a.title, a.employer, a.place, str(a.when.date()), a.text, "vero"] for a in rows
    ]
    lines += [["P0", "Cuoco di ristorante", "colonne", "di", "troppo", "", "vero", "", ""] for _ in range(3)]
    return _separated(names, lines, "\t").encode()


def depot(rows: Sequence[Advert], chance: Chance) -> bytes:
    """A CSV that begins half-way through the three years."""
    names = ["job_id", "job_title", "company", "location", "date", "job_description", "invented"]
    lines: list[list[object]] = [
        [f"D{a.number}", a.title, a.employer, a.place, str(a.when.date()), a.text, "true"] for a in rows
    ]
    return _separated(names, lines, ",").encode()


# Source -> its file, its form.
SOURCES = {
    "invented-thread": ("invented-thread.jsonl", thread),
    "invented-board": ("invented-board.json", board),
    "invented-rencai": ("invented-rencai.csv", rencai),
    "invented-gongchang": ("invented-gongchang.jsonl", gongchang),
    "invented-lavoro": ("invented-lavoro.jsonl", lavoro),
    "invented-bacheca": ("invented-bacheca.tsv", bacheca),
    "invented-depot": ("invented-depot.csv", depot),
}


def _html(text: str) -> str:
    """Paragraphs and lists of a text as HTML."""
    out, listed = [], False
    for line in text.split("\n"):
        item = line.startswith("- ")
        if item != listed:
            out.append("<ul>" if item else "</ul>")
            listed = item
        out.append(f"<li>{html.escape(line[2:])}</li>" if item else f"<p>{html.escape(line)}</p>")
    return "".join([*out, "</ul>" if listed else ""])


def _separated(names: Sequence[str], lines: Sequence[Sequence[object]], delimiter: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(lines)
    return out.getvalue()


def _mixed(lines: list[str], broken: Sequence[str], chance: Chance) -> bytes:
    """Lines with broken ones strewn among them."""
    for line in broken:
        lines.insert(chance.whole(1, len(lines)), line)
    return ("\n".join(lines) + "\n").encode()


def generate(seed: int = SEED) -> dict[str, bytes]:
    """The files of the sample by name."""
    found = adverts(seed)
    return {
        file: form([a for a in found if a.source == source], Chance(seed, "form", source))
        for source, (file, form) in SOURCES.items()
    }


def digest(files: Mapping[str, bytes]) -> str:
    """One SHA-256 over the names and contents of files."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name} {hashlib.sha256(files[name]).hexdigest()}\n".encode())
    return whole.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the invented sample.")
    parser.add_argument("--out", type=Path, default=HERE / "out", help="folder to write to")
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    files = generate(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (args.out / name).write_bytes(data)
    print(f"{len(files)} files of invented advertisements in {args.out}, sha256 {digest(files)[:16]}")


if __name__ == "__main__":
    main()
