"""Pages of what follows: the programme at a glance, one profession from first signal to certified people, the registers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Min, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from observatory.errors import WrongState
from observatory.programme import charts, forms
from observatory.programme.actions import briefs
from observatory.programme.actions import registers as actions
from observatory.programme.countries import country_name
from observatory.programme.models import Brief, Comparison, Entry, Figure, Match, Register, Target
from observatory.programme.tables import MOST_BYTES, TABLES, bring_in, written
from observatory.programme.views.sheets import cleaned, sheet, text_of
from observatory.programme.words import PEOPLE
from observatory.review.models import Candidate, Decision, Status
from observatory.review.models_standards import DraftVersion, Project
from observatory.review.views.frame import now, page

YEARS = 5
PART = "registers"


def _open_in(entries: Iterable[tuple[dt.date, dt.date | None]], year: int) -> int:
    """How many entries were open on some day of a year."""
    return sum(1 for start, end in entries if start.year <= year and (end is None or end.year >= year))


def _years() -> list[int]:
    return list(range(now().year - YEARS + 1, now().year + 1))


def _counted(
    years: list[int], entries: Mapping[str, list[tuple[dt.date, dt.date | None]]], people: Mapping[tuple[str, int], int],
    targets: Mapping[tuple[str, str, int], int], register: str,
) -> dict[str, list[charts.Year]]:  # fmt: skip
    """By measure, what a register reached each year beside its target."""
    return {
        "entries": [
            charts.Year(year=year, value=_open_in(entries.get(register, ()), year), target=targets.get((register, "entries", year)))
            for year in years
        ],
        "people": [
            charts.Year(year=year, value=people.get((register, year)), target=targets.get((register, "people", year)))
            for year in years
        ],
    }  # fmt: skip


def _sums(rows: Any) -> dict[tuple[str, int], int]:
    found = rows.values("entry__register", "year").annotate(n=Sum("people")).order_by()
    return {(one["entry__register"], one["year"]): one["n"] for one in found}


def _targets() -> dict[tuple[str, str, int], int]:
    return {(one.register, one.measure, one.year): one.value for one in Target.objects.all()}


def _spans() -> dict[str, list[tuple[dt.date, dt.date | None]]]:
    found: dict[str, list[tuple[dt.date, dt.date | None]]] = {}
    for register, start, end in Entry.objects.order_by().values_list("register", "starts_on", "ends_on"):
        found.setdefault(register, []).append((start, end))
    return found


@page("read")
def home(request: HttpRequest) -> HttpResponse:
    """The year so far of each register against its target, and the adopted professions with how far each has come."""
    years, spans, people, targets = _years(), _spans(), _sums(Figure.objects.all()), _targets()
    cards = []
    for register in map(Register, Register.values):
        counted = _counted(years, spans, people, targets, register.value)
        cards.append(
            {
                "register": register.value, "words": register.label, "people_words": PEOPLE[register.value],
                "entries": counted["entries"][-1], "people": counted["people"][-1],
                "chart": charts.bars(
                    counted["people"], title=str(register.label), unit=str(PEOPLE[register.value]), width=300, height=170
                ),
            }
        )  # fmt: skip

    def held(rows: Any, what: Any, by: str = "candidate") -> Any:
        grouped = rows.filter(**{by: OuterRef("pk")}).order_by().values(by).annotate(n=what).values("n")
        return Coalesce(Subquery(grouped), 0)

    agreed = Comparison.objects.filter(agreed_at__isnull=False, standard__withdrawn_on__isnull=True)
    rows = forms.adopted().annotate(
        briefs_n=held(Brief.objects.all(), Count("pk")),
        matches_n=held(Match.objects.filter(state="confirmed"), Count("pk")),
        compared_n=held(agreed, Count("pk"), by="brief__candidate"),
        entries_n=held(Entry.professions.through.objects.all(), Count("pk")),
        certified_n=held(Figure.objects.filter(entry__register="certification"), Sum("people")),
    )
    leaf = Paginator(rows, 20).get_page(request.GET.get("page"))
    return render(request, "programme/home.html", {"part": "home", "cards": cards, "leaf": leaf, "year": years[-1]})


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of a profession's way: when it was reached (None: not yet; a year where no day is known)."""

    words: str
    when: dt.date | int | None
    detail: str = ""
    url: str = ""


@page("read")
def profession(request: HttpRequest, key: str) -> HttpResponse:
    """An adopted profession from its first signal to certified people: its way, its brief, its registers."""
    row = get_object_or_404(Candidate, candidate_id=key, status=Status.ADOPTED)
    ruling = row.decisions.filter(outcome="adopt", carried=True, appealed_at__isnull=True).first()
    brief = Brief.objects.filter(candidate=row).prefetch_related("units").first()
    confirmed = Match.objects.filter(candidate=row, state="confirmed").aggregate(n=Count("pk"), first=Min("decided_at"))
    agreed = list(
        Comparison.objects.filter(brief__candidate=row).select_related("standard__partner").order_by("agreed_at")
    )
    entries = list(row.entries.select_related("partner"))
    figures = list(Figure.objects.filter(candidate=row).select_related("entry").order_by("-year", "entry__name"))
    newest = DraftVersion.objects.filter(project=OuterRef("pk")).order_by("-number")
    project = (
        Project.objects.filter(candidate=row)
        .annotate(draft=Subquery(newest.values("pk")[:1]), draft_number=Subquery(newest.values("number")[:1]))
        .first()
    )
    by_level: dict[str, list[Any]] = {}
    for unit in brief.units.all() if brief else ():
        by_level.setdefault(unit.level, []).append(unit)
    body = brief.body if brief else {}
    context = {
        "part": "home", "row": row, "brief": brief, "body": body, "steps": _way(row, ruling, project, brief, confirmed, agreed, entries, figures),
        "levels": [(level, by_level[level]) for level in [*(brief.levels if brief else ()), ""] if level in by_level],
        "skills": [_percent(one) for one in body.get("skills", ())[:40]],
        "tested": [_percent(one) for one in body.get("certification", ())[:40]],
        "groups": _grouped(entries, figures), "comparisons": agreed, "project": project,
        "taken": (body.get("draft") or {}).get("number"),
    }  # fmt: skip
    return render(request, "programme/profession.html", context)


def _percent(skill: Mapping[str, Any]) -> dict[str, Any]:
    share = skill.get("share")
    return {**skill, "percent": None if share is None else round(100 * share)}


def _grouped(entries: list[Entry], figures: list[Figure]) -> list[dict[str, Any]]:
    """For each register: its entries for the profession, the figures by year, and their chart."""
    found = []
    for register in map(Register, Register.values):
        held = [one for one in entries if one.register == register.value]
        sums: dict[int, int] = {}
        for one in figures:
            if one.entry.register == register.value:
                sums[one.year] = sums.get(one.year, 0) + one.people
        years = [charts.Year(year=year, value=sums.get(year), target=None) for year in _years()]
        chart = (
            charts.bars(years, title=str(register.label), unit=str(PEOPLE[register.value]), width=460, height=180)
            if sums
            else ""
        )
        found.append(
            {
                "register": register.value, "words": register.label, "entries": held, "chart": chart,
                "people_words": PEOPLE[register.value], "sums": sorted(sums.items(), reverse=True),
            }
        )  # fmt: skip
    return found


def _way(
    row: Candidate, ruling: Decision | None, project: Project | None, brief: Brief | None, confirmed: Mapping[str, Any], agreed: list[Comparison],
    entries: list[Entry], figures: list[Figure],
) -> list[Step]:  # fmt: skip
    def first(register: str) -> dt.date | None:
        return min((one.starts_on for one in entries if one.register == register), default=None)

    accepted = [one for one in agreed if one.agreed_at is not None and one.standard.withdrawn_on is None]
    certified = [one for one in figures if one.entry.register == Register.CERTIFICATION and one.people]
    total = sum(one.people for one in certified)
    years = [one.year for one in certified]
    published = ruling.published_at if ruling else None
    return [
        Step(words=_("First posting seen"), when=row.first_seen),
        Step(words=_("Came to review"), when=row.created_at.date(), url=reverse("candidate", args=(row.candidate_id,))),
        Step(words=_("Adopted by a committee"), when=ruling.decided_at.date() if ruling else None),
        Step(words=_("Decision published"), when=published.date() if published else None),
        Step(
            words=_("Standard published"), when=project.published_at.date() if project and project.published_at else None
        ),
        Step(words=_("Curriculum brief"), when=brief.received_at.date() if brief else None),
        Step(
            words=_("Crosswalk confirmed"), when=confirmed["first"].date() if confirmed["first"] else None,
            detail=str(confirmed["n"] or ""), url=reverse("programme:crosswalk", args=(row.candidate_id,)),
        ),
        Step(
            words=_("Compared and agreed with a partner"), when=accepted[0].agreed_at.date() if accepted else None,
            detail=str(len(accepted) or ""),
        ),
        Step(words=_("First training base"), when=first("base")),
        Step(words=_("First certification station abroad"), when=first("station")),
        Step(words=_("First certification"), when=first("certification")),
        Step(words=_("First competition"), when=first("competition")),
        Step(
            words=_("People certified"), when=min(years, default=None),
            detail=str(total) if years else "",
        ),
    ]  # fmt: skip


@page("programme.keep", methods=("POST",))
def take_units(request: HttpRequest, key: str) -> HttpResponse:
    """Takes the units of the newest draft of the profession's standard into a new brief."""
    row = get_object_or_404(Candidate, candidate_id=key, status=Status.ADOPTED)
    draft = DraftVersion.objects.filter(project__candidate=row).select_related("project").first()
    if draft is None:
        raise WrongState(_("there is no draft of a standard for this profession yet"))
    _made, new = briefs.take_units(draft=draft, by=request.user, now=now())
    words = (
        _("The units of draft %(n)s are in the brief.")
        if new
        else _("These units were here already; nothing was changed.")
    )
    messages.success(request, words % {"n": draft.number} if new else words)
    return redirect("programme:profession", key=key)


@page("read")
def register(request: HttpRequest, name: str) -> HttpResponse:
    """A register: its years against target, and its entries."""
    years = _years()
    counted = _counted(years, _spans(), _sums(Figure.objects.all()), _targets(), name)
    asked = request.GET.get("country", "")[:2].replace("\0", "")
    rows = Entry.objects.filter(register=name).select_related("partner").prefetch_related("professions")
    leaf = Paginator(rows.filter(country=asked) if asked else rows, 25).get_page(request.GET.get("page"))
    for one in leaf:
        one.country_name = country_name(one.country)
    words, people = Register(name).label, str(PEOPLE[name])
    context = {
        "part": name, "register": name, "words": words, "people_words": people, "leaf": leaf, "asked": asked,
        "query": f"country={asked}" if asked else "", "today": now().date(),
        "chart_entries": charts.bars(counted["entries"], title=str(words), unit=_("entries open in the year")),
        "chart_people": charts.bars(counted["people"], title=str(words), unit=people),
        "table": list(zip(reversed(counted["entries"]), reversed(counted["people"]), strict=True)),
        "target": forms.TargetForm(initial={"register": name, "year": years[-1]}, auto_id="target-%s"),
    }  # fmt: skip
    return render(request, "programme/register.html", context)


@page("programme.keep", methods=("GET", "POST"))
def new_entry(request: HttpRequest, name: str) -> HttpResponse:
    """A new entry of a register."""
    words = Register(name).label

    def save(form: Any) -> str:
        values = form.values() | {"register": name}
        professions = list(values.pop("professions"))
        made = actions.add_entry(values=values, professions=professions, by=request.user, now=now())
        return reverse("programme:entry", args=(made.pk,))

    return sheet(
        request, forms.EntryForm(request.POST or None), save, part=name, title=_("Add to the register: %(name)s") % {"name": words},
        back=(str(words), reverse("programme:register", args=(name,))), button=_("Add"),
    )  # fmt: skip


@page("read")
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """An entry with its professions and yearly figures."""
    row = get_object_or_404(Entry.objects.select_related("partner").prefetch_related("professions"), pk=pk)
    figures = list(row.figures.select_related("candidate", "reported_by"))
    sums: dict[int, int] = {}
    for one in figures:
        sums[one.year] = sums.get(one.year, 0) + one.people
    years = [charts.Year(year=year, value=sums.get(year), target=None) for year in _years()]
    context = {
        "part": row.register, "row": row, "country": country_name(row.country), "figures": figures,
        "people_words": PEOPLE[row.register], "words": Register(row.register).label,
        "chart": charts.bars(years, title=row.name, unit=str(PEOPLE[row.register])) if sums else "",
    }  # fmt: skip
    return render(request, "programme/entry.html", context)


@page("programme.keep", methods=("GET", "POST"))
def change_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Other facts on an entry."""
    row = get_object_or_404(Entry, pk=pk)
    held = list(row.professions.values_list("pk", flat=True))
    start = {name: getattr(row, name) for name in forms.EntryForm.base_fields if name != "professions"} | {
        "professions": held
    }

    def save(form: Any) -> str:
        values = form.values()
        professions = list(values.pop("professions"))
        actions.change_entry(
            entry=row,
            values=values,
            professions=professions,
            by=request.user,
            version=form.cleaned_data["version"],
            now=now(),
        )
        return reverse("programme:entry", args=(pk,))

    form = forms.EntryForm(request.POST or None, initial=start, keep=tuple(held))
    return sheet(
        request, form, save, part=row.register, title=_("Change an entry"), back=(row.name, reverse("programme:entry", args=(pk,))),
        button=_("Save"),
    )  # fmt: skip


@page("programme.keep", methods=("GET", "POST"))
def figure(request: HttpRequest, pk: int) -> HttpResponse:
    """A yearly figure of an entry; with `of`, that figure is corrected."""
    row = get_object_or_404(Entry, pk=pk)
    back = reverse("programme:entry", args=(pk,))
    start: dict[str, Any] = {"year": now().year}
    of = request.GET.get("of", "")
    if of.isascii() and of.isdigit() and len(of) < 16:
        known = get_object_or_404(Figure, pk=int(of), entry=row)
        start = {
            "candidate": known.candidate_id,
            **{name: getattr(known, name) for name in ("year", "people", "source", "version")},
        }

    def save(form: Any) -> str:
        version = form.cleaned_data["version"]
        actions.report(entry=row, version=version, by=request.user, now=now(), **form.values())
        return back

    form = forms.FigureForm(request.POST or None, initial=start, entry=row)
    title = _("Yearly figure: %(what)s") % {"what": PEOPLE[row.register]}
    return sheet(request, form, save, part=row.register, title=title, back=(row.name, back), button=_("Save"))


@page("programme.keep", methods=("POST",))
def target(request: HttpRequest) -> HttpResponse:
    """Sets the target of a register for a year."""
    said = cleaned(forms.TargetForm(request.POST))
    actions.set_target(by=request.user, now=now(), **said)
    messages.success(request, _("Done, and written to the record."))
    return redirect("programme:register", name=said["register"])


@page("programme.keep", methods=("GET", "POST"))
def tables(request: HttpRequest) -> HttpResponse:
    """Brings in a curriculum brief or a table; lists each row that is wrong, and then takes none."""
    context: dict[str, Any] = {
        "part": "tables",
        "tables": [(name, table.words, ", ".join(table.columns)) for name, table in TABLES.items()],
    }
    if request.method == "POST":
        name, text = request.POST.get("table", ""), text_of(request, most=MOST_BYTES)
        user: Any = request.user
        if name == "brief":
            made, new = briefs.receive_brief(text=text, by=user, now=now())
            messages.success(
                request, _("The brief is in.") if new else _("This brief was here already; nothing was changed.")
            )
            return redirect("programme:profession", key=made.candidate.candidate_id)
        if name in TABLES:
            taken = bring_in(name, text, by=user, now=now())
            if not taken.wrong:
                words = _("%(added)s added, %(changed)s changed, %(same)s as they were")
                messages.success(request, words % {"added": taken.added, "changed": taken.changed, "same": taken.same})
                return redirect("programme:tables")
            context |= {"wrong": taken.wrong[:200], "wrong_n": len(taken.wrong), "asked": name}
        else:
            context |= {"wrong": [(0, _("choose what the file holds"))], "wrong_n": 1}
        return render(request, "programme/tables.html", context, status=422)
    return render(request, "programme/tables.html", context)


@page("read")
def table(request: HttpRequest, name: str) -> HttpResponse:
    """A table as CSV."""
    answer = HttpResponse(written(name), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
