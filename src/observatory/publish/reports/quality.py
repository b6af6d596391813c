"""The report on the data's quality: volumes with anomalies, what postings lack, copies, languages, delays."""

from __future__ import annotations

from observatory.publish.paper import Block, Grid, Heading, Paper, Points, Text
from observatory.publish.report_charts import volume_chart
from observatory.publish.reports.facts import QualityFacts, SourceQuality
from observatory.publish.reports.frame import bound, first_page, pictured, source_line
from observatory.publish.speech import Speech

MUCH = 0.25  # a share above which a lack is pointed out


def quality(facts: QualityFacts, say: Speech) -> Paper:
    """The report as a paper."""
    basis = facts.basis
    total = sum(q.postings for q in facts.quality)
    odd = [v for v in facts.volumes if v.anomaly]
    aside = sum(n for _, _, n in facts.set_aside)
    copies = sum((q.exact_copies + q.reposts) * q.postings for q in facts.quality) / total if total else None
    lacking = [
        (q.source, name, share)
        for q in facts.quality
        for name, share in (
            ("text", q.no_text),
            ("employer", q.employer_read),
            ("place", q.no_place),
            ("date", q.no_date),
        )
        if share > MUCH
    ]
    conclusions = [
        say.say("quality.empty") if not total else say.say("quality.volume", postings=total, sources=len(facts.quality)),
        say.counted("quality.odd", len(odd), of=len(facts.volumes), months=say.listed([f"{v.source} {say.month(v.month)}" for v in odd[-3:]])) if odd
        else say.say("quality.odd.none"),
        *(say.say("quality.lacks", source=source, what=say.say(f"what.{what}"), share=say.percent(share)) for source, what, share in lacking[:4]),
        say.say("quality.copies", share=say.percent(copies, 1)) if copies is not None else "",
        say.say("quality.aside", n=aside, share=say.percent(aside / (aside + total), 1)) if total else "",
    ]  # fmt: skip
    figures = (
        (say.say("quality.fig.postings"), say.number(total), say.counted("in.sources", len(facts.quality))),
        (say.say("quality.fig.odd"), say.number(len(odd)), say.say("quality.fig.odd.of", n=len(facts.volumes))),
        (say.say("quality.fig.copies"), say.percent(copies, 1), say.say("quality.fig.copies.of")),
        (say.say("quality.fig.aside"), say.number(aside), say.say("quality.fig.aside.of")),
    )
    blocks: list[Block] = first_page(conclusions, figures, basis, say)
    blocks += _volumes(facts, say) + _lacks(facts, say)
    languages = (
        tuple((say.language_name(code), say.number(n), say.percent(n / total, 1)) for code, n in facts.languages)
        if total
        else ()
    )
    blocks += [
        Heading(text=say.say("quality.h.languages")),
        Grid(head=tuple(say.say(n) for n in ("col.language", "col.postings", "col.share.of")), rows=languages, align="lrr", otherwise=say.say("no.postings")),
        source_line(basis, say, whole=True),
        Heading(text=say.say("quality.h.aside")), Text(text=say.say("quality.aside.note"), quiet=True),
        Grid(head=tuple(say.say(n) for n in ("col.source", "col.why", "col.postings")),
             rows=tuple((source, reason, say.number(n)) for source, reason, n in facts.set_aside[:30]), align="llr", wide=(1,),
             otherwise=say.say("quality.aside.none")),
        source_line(basis, say, whole=True), Heading(text=say.say("h.limits")),
        Points(lines=tuple(say.say(f"quality.limits.{n}") for n in (1, 2, 3))),
    ]  # fmt: skip
    return bound("quality", basis, say, blocks)


def _volumes(facts: QualityFacts, say: Speech) -> list[Block]:
    alive = {v.source for v in facts.volumes if v.postings or v.anomaly}
    drawn = [(v.source, v.month, v.postings, v.anomaly) for v in facts.volumes if v.source in alive]
    title, note = say.say("axis.postings.month"), say.say("quality.volumes.note")
    odd = tuple(
        (v.source, say.month(v.month), say.number(v.postings), say.number(v.usual, 1) if v.usual is not None else "–", say.say(f"anomaly.{v.anomaly}"))
        for v in facts.volumes if v.anomaly
    )  # fmt: skip
    head = ("col.source", "col.month", "col.postings", "col.usual.month", "col.state")
    return [
        Heading(text=say.say("quality.h.volumes")),
        *pictured(volume_chart(drawn, title=title), note, note, volume_chart(drawn, title=title, width=330)),
        Grid(head=tuple(say.say(name) for name in head), rows=odd, align="llrrl", otherwise=say.say("quality.odd.none")),
        source_line(facts.basis, say),
    ]  # fmt: skip


def _lacks(facts: QualityFacts, say: Speech) -> list[Block]:
    rows = tuple(
        (q.source, say.number(q.postings), say.percent(q.no_text, 1), say.percent(q.no_employer, 1), say.percent(q.employer_read, 1),
         say.percent(q.no_place, 1), say.percent(q.no_date, 1), say.percent(q.vague, 1),
         say.number(q.vague_days) if q.vague_days is not None else "–")
        for q in facts.quality
    )  # fmt: skip
    head = (
        "col.source",
        "col.postings",
        "col.no.text",
        "col.no.employer",
        "col.employer.read",
        "col.no.place",
        "col.no.date",
        "col.vague",
        "col.vague.days",
    )
    rows2 = tuple(
        (
            q.source,
            say.percent(q.exact_copies, 1),
            say.percent(q.reposts, 1),
            *_delays(q, say),
            say.day(q.first),
            say.day(q.last),
        )
        for q in facts.quality
    )
    head2 = ("col.source", "col.copies", "col.reposts", "col.delay", "col.delay.90", "col.first", "col.last")
    return [
        Heading(text=say.say("quality.h.lacks")), Text(text=say.say("quality.lacks.note"), quiet=True),
        Grid(head=tuple(say.say(name) for name in head), rows=rows, align="lrrrrrrrr", otherwise=say.say("no.postings")),
        source_line(facts.basis, say, whole=True),
        Heading(text=say.say("quality.h.copies")), Text(text=say.say("quality.copies.note"), quiet=True),
        Grid(head=tuple(say.say(name) for name in head2), rows=rows2, align="lrrrrll", otherwise=say.say("no.postings")),
        source_line(facts.basis, say, whole=True),
    ]  # fmt: skip


def _delays(q: SourceQuality, say: Speech) -> tuple[str, str]:
    if q.delay_median is None or q.delay_p90 is None:
        return "–", "–"
    return say.number(q.delay_median, 1), say.number(q.delay_p90, 1)
