"""The register and consultations, open to everybody: list, row, versions, releases, deltas; comments from outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from observatory.errors import BadInput, WrongState
from observatory.register import KINDS, delta, delta_csv, delta_json, dictionary_csv, jsonld
from observatory.review import actions, forms_standards
from observatory.review.actions.drafting import draft_of
from observatory.review.actions.registering import known_schemes, rows_of
from observatory.review.models_standards import Entry, Project, Release, Stage
from observatory.review.release_texts import fields_csv, standards_of, text_docx, texts_json
from observatory.review.views.drafts import DOCX, shown
from observatory.review.views.frame import View, now, page
from observatory.review.views.standards import step_rules

MAX_BYTES = 16 * 2**20
STATES = ("adopted", "published", "withdrawn")
# File of a release: its type.
FILES = {
    "register.csv": "text/csv; charset=utf-8", "register.json": "application/json", "register.jsonld": "application/ld+json",
    "dictionary.csv": "text/csv; charset=utf-8", "standards.json": "application/json", "standards-dictionary.csv": "text/csv; charset=utf-8",
    "delta.csv": "text/csv; charset=utf-8", "delta.json": "application/json",
}  # fmt: skip


def everybody(*, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """A view that needs no sign-in."""

    def wrap(view: View) -> View:
        @wraps(view)
        def open_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in (*methods, "HEAD"):
                answer = HttpResponse(status=405)
                answer["Allow"] = ", ".join(methods)
                return answer
            return view(request, *args, **kwargs)

        return open_view

    return wrap


@everybody()
def professions(request: HttpRequest) -> HttpResponse:
    """The professions of the register, each with its standard."""
    found = Entry.objects.exclude(kind="standard")
    asked = {name: request.GET.get(name, "")[:100].replace("\0", "").strip() for name in ("q", "kind", "status")}
    if asked["q"]:
        found = found.filter(search__contains=asked["q"].lower())
    if asked["kind"] in KINDS:
        found = found.filter(kind=asked["kind"])
    if asked["status"] in STATES:
        found = found.filter(status=asked["status"])
    leaf = Paginator(found.order_by("scheme", "code", "pk"), 40).get_page(request.GET.get("page"))
    rows = list(leaf.object_list)
    below = {
        one.broader_id: one
        for one in Entry.objects.filter(broader__in=[row.pk for row in rows], kind="standard").order_by("pk")
    }
    for row in rows:
        row.standard = below.get(row.pk)
    counts = dict(Entry.objects.values_list("kind").annotate(n=Count("pk")))
    query = "&".join(f"{name}={value}" for name, value in asked.items() if value)
    context = {
        "leaf": leaf, "rows": rows, "asked": asked, "query": query, "counts": counts, "kinds": KINDS[:3], "states": STATES,
        "today": now().date(), "release": Release.objects.defer("body").first(),
        "total": sum(number for kind, number in counts.items() if kind != "standard"),
    }  # fmt: skip
    return render(request, "review/professions.html", context)


@everybody()
def profession(request: HttpRequest, identity: str, number: int | None = None) -> HttpResponse:
    """One row of the register, as it stands or as it stood; with its standard to read where there is one."""
    entry = get_object_or_404(
        Entry.objects.select_related("broader", "draft"), identity=identity.replace("\0", "")[:80]
    )
    versions = list(entry.versions.defer("body")[:100])
    body = entry.body
    if number is not None:
        body = get_object_or_404(entry.versions, number=number).body
    narrower = list(Entry.objects.filter(broader=entry).order_by("kind", "code")[:200])
    context = {
        "entry": entry, "body": body, "versions": versions, "number": number, "narrower": narrower, "today": now().date(),
        "former": number is not None and number != entry.version,
    }  # fmt: skip
    if entry.draft is not None and entry.draft.sha256 == body["standard"]:
        context |= shown(draft_of(entry.draft))
    return render(request, "review/profession.html", context)


@everybody()
def releases(request: HttpRequest) -> HttpResponse:
    """What was given out: each release with its files, and what changed since the one before."""
    found = list(Release.objects.defer("body")[:100])
    for one, before in zip(found, [*found[1:], None], strict=True):
        one.before = before
    newest = Release.objects.first()
    if newest is not None:
        found[0].texts = standards_of(newest)
    context: dict[str, Any] = {"found": found}
    if request.user.is_authenticated and request.user.has_perm("review.register"):
        context |= {"form": forms_standards.ReleaseForm(), "import": forms_standards.ImportForm(), "editor": True}
    return render(request, "review/releases.html", context)


@everybody()
def release_file(request: HttpRequest, name: str, file: str) -> HttpResponse:
    """A file of a release; `from` names the older release of a delta, else the one before it."""
    made = get_object_or_404(Release, name=name.replace("\0", ""))
    rows = rows_of(made)
    if file.startswith("delta"):
        raw = request.GET.get("from", "")[:40].replace("\0", "")
        earlier = Release.objects.filter(made_at__lte=made.made_at, pk__lt=made.pk)
        older = earlier.filter(name=raw).first() if raw else earlier.first()
        if raw and older is None:
            raise Http404
        found = delta(rows_of(older) if older else (), rows)
        said = delta_json(found, old=older.name if older else "", new=made.name)
        text = delta_csv(found) if file.endswith(".csv") else json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    elif file == "register.csv":
        text = made.body
    elif file == "dictionary.csv":
        text = dictionary_csv()
    elif file == "standards.json":
        text = texts_json(made)
    elif file == "standards-dictionary.csv":
        text = fields_csv()
    elif file == "register.jsonld":
        text = json.dumps(jsonld(rows, release=made.name, on=made.made_at.date()), ensure_ascii=False, indent=1) + "\n"
    else:
        whole = {
            "release": made.name,
            "on": made.made_at.date().isoformat(),
            "sha256": made.sha256,
            "rows": [row.as_dict() for row in rows],
        }
        text = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    answer = HttpResponse(text.encode(), content_type=FILES[file])
    answer["Content-Disposition"] = f'attachment; filename="{made.name}-{file}"'
    return answer


@everybody()
def release_text(request: HttpRequest, name: str, identity: str) -> HttpResponse:
    """The text of a standard as a release gave it out, in table form (DOCX)."""
    made = get_object_or_404(Release, name=name.replace("\0", ""))
    if identity not in {one.identity for one in standards_of(made)}:
        raise Http404
    answer = HttpResponse(text_docx(made, identity), content_type=DOCX)
    answer["Content-Disposition"] = f'attachment; filename="{made.name}-standard.docx"'
    return answer


@page("register", methods=("POST",))
def new_release(request: HttpRequest) -> HttpResponse:
    """Gives the register out under a name."""
    made = actions.make_release(name=request.POST.get("name", "").replace("\0", "")[:80], by=request.user, now=now())
    messages.success(request, _("Released: %(name)s") % {"name": made.name})
    return redirect("releases")


@page("register", methods=("POST",))
def import_register(request: HttpRequest) -> HttpResponse:
    """Takes in a register's CSV: whole, or not at all."""
    file = request.FILES.get("file")
    if file is None:
        raise BadInput(_("choose a file"))
    if file.size > MAX_BYTES:
        raise BadInput(f"{file.name}: {file.size:,} bytes; at most {MAX_BYTES:,} are read")
    try:
        text = file.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{file.name}: not a text file in UTF-8, so no register") from error
    counts = actions.import_rows(text=text, by=request.user, schemes=known_schemes(step_rules()), now=now())
    messages.success(request, _("New: %(new)s; changed: %(changed)s; known already: %(known)s") % counts)
    return redirect("releases")


@everybody()
def consultations(request: HttpRequest) -> HttpResponse:
    """Drafts on which anybody may comment now, and those that were consulted on."""
    rows = Project.objects.annotate(
        said=Count("remarks", filter=Q(remarks__round=F("round"))),
        replied=Count("remarks", filter=~Q(remarks__answer="")),
    )
    open_ones = list(rows.filter(stage=Stage.CONSULTATION).order_by("due_on", "pk")[:50])
    past = list(
        rows.exclude(stage__in=(Stage.CONSULTATION, Stage.DRAFTING)).filter(remarks__isnull=False).distinct()[:50]
    )
    return render(request, "review/consultations.html", {"open": open_ones, "past": past})


@everybody(methods=("GET", "POST"))
def consultation(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft in consultation: to read, and to comment on without signing in; comments and answers stay readable."""
    row = get_object_or_404(Project.objects.select_related("candidate"), pk=pk)
    remarks = list(row.remarks.all()[:300])
    if row.stage != Stage.CONSULTATION and not remarks:
        raise Http404
    form = forms_standards.RemarkForm(request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        by = request.user if request.user.is_authenticated else None
        try:
            actions.remark_on(project=row, by=by, rules=step_rules(), now=now(), **form.cleaned_data)
        except WrongState as error:
            problem = str(error)
        else:
            messages.success(request, _("Thank you. Your comment is on record and will be answered here."))
            return redirect("consultation", pk=pk)
    context: dict[str, Any] = {
        "row": row,
        "remarks": remarks,
        "form": form,
        "problem": problem,
        "is_open": row.stage == Stage.CONSULTATION,
    }
    version = row.drafts.first()
    if version is not None and row.stage == Stage.CONSULTATION:
        context |= {"version": version, **shown(draft_of(version))}
    return render(request, "review/consultation.html", context, status=409 if problem else 422 if form.errors else 200)
