"""Pages of mutual recognition: the map and the table, a partner, its standards, and two standards side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from observatory.programme import charts, forms
from observatory.programme.actions import partners as actions
from observatory.programme.countries import TILES, country_name, region, regions
from observatory.programme.matching import nearest
from observatory.programme.models import (
    Agreement,
    Brief,
    Comparison,
    OwnUnit,
    Partner,
    PartnerStandard,
    PartnerUnit,
    UnitMatch,
)
from observatory.programme.views.sheets import cleaned, number, sheet, version_of
from observatory.review.views.frame import now, page

PART = "partners"
# How far a country has come, from the furthest: the status, and the class of its tile.
ORDER = ("recognised", "agreed", "talks", "paused", "ended")


@page("read")
def partners(request: HttpRequest) -> HttpResponse:
    """The partners on a map of tiles and in a table by country; `region` and `country` narrow both."""
    asked = {name: request.GET.get(name, "")[:40] for name in ("region", "country", "status")}
    inside = region(asked["region"])
    rows = list(
        Partner.objects.annotate(
            standards_n=Count("standards", distinct=True), agreements_n=Count("agreements", distinct=True),
            compared_n=Count("standards__comparisons", filter=Q(standards__comparisons__agreed_at__isnull=False, standards__withdrawn_on__isnull=True), distinct=True),
        ).order_by("country", "name")
    )  # fmt: skip
    if inside:
        rows = [row for row in rows if row.country in inside]
    if asked["status"] in Partner.Status.values:
        rows = [row for row in rows if row.status == asked["status"]]
    found: dict[str, list[Partner]] = {}
    for row in rows:
        found.setdefault(row.country, []).append(row)
    places = {code: _place(code, many, asked) for code, many in found.items()}
    drawn = charts.tiles(places, inside=inside, title=_("Partners by country"))
    shown = {code: many for code, many in found.items() if asked["country"] in ("", code)}
    table = sorted(((country_name(code), code, many) for code, many in shown.items()), key=lambda line: line[0])
    counts = Counter(min((row.status for row in many), key=ORDER.index) for many in found.values())
    context = {
        "part": PART, "map": drawn, "table": table, "asked": asked, "regions": regions(), "inside": len(inside),
        "statuses": Partner.Status.choices, "n": len(rows), "countries": len(found),
        "covered": len(inside & found.keys()), "country": country_name(asked["country"]) if asked["country"] else "",
        "legend": [(key, Partner.Status(key).label, counts[key]) for key in ORDER],
        "off_map": sorted(country_name(code) for code in found if code not in TILES),
    }  # fmt: skip
    return render(request, "programme/partners.html", context)


def _place(code: str, many: list[Partner], asked: Mapping[str, str]) -> charts.Place:
    best = min((row.status for row in many), key=ORDER.index)
    words = ngettext("%(n)s partner", "%(n)s partners", len(many)) % {"n": len(many)}
    query = {"country": code, **({"region": asked["region"]} if asked["region"] else {})}
    return charts.Place(
        url=f"{reverse('programme:partners')}?{urlencode(query)}#table", shade=f"pa-{best}",
        detail=f"{words}, {Partner.Status(best).label}",
    )  # fmt: skip


@page("programme.keep", methods=("GET", "POST"))
def new_partner(request: HttpRequest) -> HttpResponse:
    """A new partner."""

    def save(form: Any) -> str:
        made = actions.add_partner(values=form.values(), by=request.user, now=now())
        return reverse("programme:partner", args=(made.pk,))

    return sheet(
        request, forms.PartnerForm(request.POST or None), save, part=PART, title=_("Add a partner"),
        back=(_("Partners"), reverse("programme:partners")), button=_("Add"),
    )  # fmt: skip


@page("read")
def partner(request: HttpRequest, pk: int) -> HttpResponse:
    """A partner: its agreements, its standards and what is compared."""
    row = get_object_or_404(Partner, pk=pk)
    today = now().date()
    context = {
        "part": PART, "row": row, "country": country_name(row.country),
        "agreements": [(one, one.in_force(today)) for one in row.agreements.all()],
        "standards": row.standards.annotate(units_n=Count("units", distinct=True)).order_by("code", "edition"),
        "comparisons": Comparison.objects.filter(standard__partner=row).select_related("brief__candidate", "standard"),
        "entries": row.entries.all()[:50],
    }  # fmt: skip
    return render(request, "programme/partner.html", context)


@page("programme.keep", methods=("GET", "POST"))
def change_partner(request: HttpRequest, pk: int) -> HttpResponse:
    """Other facts on a partner."""
    row = get_object_or_404(Partner, pk=pk)
    start = {name: getattr(row, name) for name in forms.PartnerForm.base_fields}

    def save(form: Any) -> str:
        actions.change_partner(
            partner=row, values=form.values(), by=request.user, version=form.cleaned_data["version"], now=now()
        )
        return reverse("programme:partner", args=(pk,))

    return sheet(
        request, forms.PartnerForm(request.POST or None, initial=start), save, part=PART,
        title=_("Change the facts on a partner"), back=(row.name, reverse("programme:partner", args=(pk,))), button=_("Save"),
    )  # fmt: skip


@page("programme.keep", methods=("GET", "POST"))
def new_agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """A new agreement with a partner."""
    row = get_object_or_404(Partner, pk=pk)

    def save(form: Any) -> str:
        actions.add_agreement(partner=row, values=form.values(), by=request.user, now=now())
        return reverse("programme:partner", args=(pk,))

    return sheet(
        request, forms.AgreementForm(request.POST or None), save, part=PART, title=_("Add an agreement"),
        back=(row.name, reverse("programme:partner", args=(pk,))), button=_("Add"),
    )  # fmt: skip


@page("programme.keep", methods=("GET", "POST"))
def change_agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """Other dates of an agreement."""
    row = get_object_or_404(Agreement.objects.select_related("partner"), pk=pk)
    back = reverse("programme:partner", args=(row.partner_id,))
    start = {name: getattr(row, name) for name in forms.AgreementForm.base_fields}

    def save(form: Any) -> str:
        actions.change_agreement(
            agreement=row, values=form.values(), by=request.user, version=form.cleaned_data["version"], now=now()
        )
        return back

    return sheet(
        request, forms.AgreementForm(request.POST or None, initial=start), save, part=PART,
        title=_("Change an agreement"), back=(row.partner.name, back), button=_("Save"),
    )  # fmt: skip


@page("programme.keep", methods=("GET", "POST"))
def new_standard(request: HttpRequest, pk: int) -> HttpResponse:
    """A partner's standard with its units."""
    row = get_object_or_404(Partner, pk=pk)

    def save(form: Any) -> str:
        values = dict(form.cleaned_data)
        units = values.pop("units")
        made = actions.add_standard(partner=row, values=values, units=units, by=request.user, now=now())
        return reverse("programme:standard", args=(made.pk,))

    return sheet(
        request, forms.StandardForm(request.POST or None), save, part=PART, title=_("Add a partner's standard"),
        back=(row.name, reverse("programme:partner", args=(pk,))), button=_("Add"),
    )  # fmt: skip


@page("read")
def standard(request: HttpRequest, pk: int) -> HttpResponse:
    """A partner's standard: its units, where it is compared, and the steps on it."""
    row = get_object_or_404(PartnerStandard.objects.select_related("partner", "withdrawn_by"), pk=pk)
    compared = list(row.comparisons.select_related("brief__candidate"))
    context: dict[str, Any] = {"part": PART, "row": row, "units": row.units.all(), "comparisons": compared}
    if request.user.has_perm("programme.keep") and row.withdrawn_on is None:
        newest: dict[int, Brief] = {}
        for one in Brief.objects.select_related("candidate").defer("body"):
            newest.setdefault(one.candidate_id, one)
        done = {one.brief_id for one in compared}
        context["briefs"] = sorted(
            (one for one in newest.values() if one.pk not in done), key=lambda one: one.candidate.title
        )
        context["withdraw"] = forms.WithdrawForm(initial={"version": row.version, "on": now().date()}, auto_id="end-%s")
    return render(request, "programme/standard.html", context)


@page("programme.keep", methods=("GET", "POST"))
def units(request: HttpRequest, pk: int) -> HttpResponse:
    """More units of a partner's standard."""
    row = get_object_or_404(PartnerStandard.objects.select_related("partner"), pk=pk)
    back = reverse("programme:standard", args=(pk,))

    def save(form: Any) -> str:
        actions.put_units(
            standard=row,
            units=form.cleaned_data["units"],
            by=request.user,
            version=form.cleaned_data["version"],
            now=now(),
        )
        return back

    form = forms.UnitsForm(request.POST or None, initial={"version": row.version})
    return sheet(request, form, save, part=PART, title=_("Add units"), back=(str(row), back), button=_("Save"))


def _withdraw(row: PartnerStandard, request: HttpRequest) -> str:
    said = cleaned(forms.WithdrawForm(request.POST))
    actions.withdraw_standard(
        standard=row, on=said["on"], reason=said["reason"], by=request.user, version=version_of(request), now=now()
    )
    return reverse("programme:standard", args=(row.pk,))


def _compare(row: PartnerStandard, request: HttpRequest) -> str:
    brief = get_object_or_404(Brief.objects.select_related("candidate"), pk=number(request.POST.get("brief")))
    made = actions.start_comparison(brief=brief, standard=row, by=request.user, now=now())
    return reverse("programme:comparison", args=(made.pk,))


STANDARD_VERBS: Mapping[str, Callable[[PartnerStandard, HttpRequest], str]] = {
    "withdraw": _withdraw, "compare": _compare,
}  # fmt: skip


@page("programme.keep", methods=("POST",))
def change_standard(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Withdraws a standard, or lays one of ours beside it."""
    row = get_object_or_404(PartnerStandard.objects.select_related("partner"), pk=pk)
    target = STANDARD_VERBS[verb](row, request)
    messages.success(request, _("Done, and written to the record."))
    return redirect(target)


# --- two standards side by side --------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Line:
    """A unit of ours with what stands for it: `matches` by the partner's units, or a `hint` where nothing does yet."""

    own: OwnUnit
    matches: list[UnitMatch]
    hint: tuple[PartnerUnit, int, str] | None
    covered: str


@page("read")
def comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """Our units beside the partner's: common, missing, extra; the levels; near units as a hint."""
    row = get_object_or_404(
        Comparison.objects.select_related("brief__candidate", "standard__partner", "started_by", "agreed_by"), pk=pk
    )
    ours, theirs = list(row.brief.units.all()), list(row.standard.units.all())
    matched = list(row.matches.select_related("own", "theirs"))
    by_own: dict[int, list[UnitMatch]] = {}
    for one in matched:
        by_own.setdefault(one.own_id, []).append(one)
    used = {one.theirs_id for one in matched}
    extra = [unit for unit in theirs if unit.pk not in used]
    texts = {unit.pk: f"{unit.title} {unit.detail}" for unit in theirs}
    units_by_key = {unit.pk: unit for unit in theirs}
    lines = []
    for own in ours:
        found = by_own.get(own.pk, [])
        hint = None
        if not found and row.agreed_at is None:
            near = nearest(f"{own.title} {' '.join(own.skills)}", texts, most=1)
            if near:
                hint = (units_by_key[near[0].key], round(100 * near[0].cosine), ", ".join(near[0].words))
        whole = any(one.extent == UnitMatch.Extent.FULL for one in found)
        lines.append(
            Line(own=own, matches=found, hint=hint, covered="full" if whole else "partial" if found else "missing")
        )
    by_level: dict[str, list[Line]] = {level: [] for level in row.brief.levels}
    for line in lines:
        by_level.setdefault(line.own.level, []).append(line)
    counts = Counter(line.covered for line in lines)
    levels = dict(row.levels.values_list("own", "theirs"))
    newest = Brief.objects.filter(candidate=row.brief.candidate_id).values_list("pk", flat=True).first()
    total = len(ours) or 1
    context = {
        "part": PART, "row": row, "groups": [(level, found) for level, found in by_level.items() if found],
        "theirs": theirs, "extra": extra, "counts": counts, "total": len(ours), "outdated": newest != row.brief_id,
        "shares": [(name, 100 * counts[name] / total) for name in ("full", "partial", "missing")],
        "levels": [(own, levels.get(own, "")) for own in row.brief.levels],
        "may_change": row.agreed_at is None and row.standard.withdrawn_on is None,
    }  # fmt: skip
    return render(request, "programme/comparison.html", context)


def _match(row: Comparison, request: HttpRequest, version: int) -> None:
    said = request.POST
    own = get_object_or_404(OwnUnit, pk=number(said.get("own")))
    theirs = get_object_or_404(PartnerUnit, pk=number(said.get("theirs")))
    actions.match_units(
        comparison=row, own=own, theirs=theirs, extent=said.get("extent", ""), note=said.get("note", "").replace("\0", ""),
        by=request.user, version=version, now=now(),
    )  # fmt: skip


def _part(row: Comparison, request: HttpRequest, version: int) -> None:
    match = get_object_or_404(
        UnitMatch.objects.select_related("own", "theirs"), pk=number(request.POST.get("match")), comparison=row
    )
    actions.part_units(comparison=row, match=match, by=request.user, version=version, now=now())


def _levels(row: Comparison, request: HttpRequest, version: int) -> None:
    said = {own: request.POST.get(f"level-{place}", "") for place, own in enumerate(row.brief.levels)}
    actions.match_levels(comparison=row, levels=said, by=request.user, version=version, now=now())


def _agree(row: Comparison, request: HttpRequest, version: int) -> None:
    actions.agree(comparison=row, by=request.user, version=version, now=now())


def _reopen(row: Comparison, request: HttpRequest, version: int) -> None:
    actions.reopen(
        comparison=row,
        reason=request.POST.get("reason", "").replace("\0", ""),
        by=request.user,
        version=version,
        now=now(),
    )


COMPARISON_VERBS: Mapping[str, Callable[[Comparison, HttpRequest, int], None]] = {
    "match": _match, "part": _part, "levels": _levels, "agree": _agree, "reopen": _reopen,
}  # fmt: skip


@page("programme.keep", methods=("POST",))
def change_comparison(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Takes one step of a comparison."""
    row = get_object_or_404(Comparison.objects.select_related("brief__candidate", "standard__partner"), pk=pk)
    COMPARISON_VERBS[verb](row, request, version_of(request))
    messages.success(request, _("Done, and written to the record."))
    place = f"#u{number(request.POST.get('own'))}" if verb == "match" else ""
    return redirect(reverse("programme:comparison", args=(pk,)) + place)
