"""The addresses of the programme, under /programme/."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import path, re_path

from observatory.programme.models import Register
from observatory.programme.tables import TABLES
from observatory.programme.views import crosswalk, experts, partners, registers
from observatory.programme.views.partners import COMPARISON_VERBS, STANDARD_VERBS

app_name = "programme"


def _any(words: Iterable[str]) -> str:
    return "|".join(words)


_N = r"(?P<pk>\d{1,15})"
_REGISTER = _any(Register.values)
urlpatterns = [
    path("", registers.home, name="home"),
    path("professions/<str:key>", registers.profession, name="profession"),
    path("professions/<str:key>/units", registers.take_units, name="take_units"),
    path("crosswalks", crosswalk.crosswalks, name="crosswalks"),
    path("crosswalks/bring-in", crosswalk.bring_in, name="bring_in"),
    re_path(r"^crosswalks/mappings\.(?P<form>json|csv)$", crosswalk.export, name="mappings"),
    path("crosswalks/of/<str:key>", crosswalk.crosswalk, name="crosswalk"),
    path("crosswalks/of/<str:key>/carry", crosswalk.carry, name="carry"),
    re_path(rf"^matches/{_N}/(?P<verb>{_any(crosswalk.VERBS)})$", crosswalk.change, name="change_match"),
    path("partners", partners.partners, name="partners"),
    path("partners/new", partners.new_partner, name="new_partner"),
    path("partners/<n:pk>", partners.partner, name="partner"),
    path("partners/<n:pk>/change", partners.change_partner, name="change_partner"),
    path("partners/<n:pk>/agreements/new", partners.new_agreement, name="new_agreement"),
    path("partners/<n:pk>/standards/new", partners.new_standard, name="new_standard"),
    path("agreements/<n:pk>", partners.change_agreement, name="change_agreement"),
    path("standards/<n:pk>", partners.standard, name="standard"),
    path("standards/<n:pk>/units", partners.units, name="units"),
    re_path(rf"^standards/{_N}/(?P<verb>{_any(STANDARD_VERBS)})$", partners.change_standard, name="change_standard"),
    path("comparisons/<n:pk>", partners.comparison, name="comparison"),
    re_path(
        rf"^comparisons/{_N}/(?P<verb>{_any(COMPARISON_VERBS)})$", partners.change_comparison, name="change_comparison"
    ),
    path("experts", experts.experts, name="experts"),
    path("experts/new", experts.new_expert, name="new_expert"),
    path("experts/invite", experts.invite, name="invite"),
    path("experts/<n:pk>", experts.expert, name="expert"),
    path("experts/<n:pk>/change", experts.change_expert, name="change_expert"),
    path("experts/<n:pk>/conflict", experts.conflict, name="conflict"),
    path("experts/<n:pk>/erase", experts.erase, name="erase"),
    re_path(rf"^invitations/{_N}/(?P<verb>{_any(experts.ANSWERS)})$", experts.answer, name="answer"),
    re_path(rf"^registers/(?P<name>{_REGISTER})$", registers.register, name="register"),
    re_path(rf"^registers/(?P<name>{_REGISTER})/new$", registers.new_entry, name="new_entry"),
    path("targets", registers.target, name="target"),
    path("entries/<n:pk>", registers.entry, name="entry"),
    path("entries/<n:pk>/change", registers.change_entry, name="change_entry"),
    path("entries/<n:pk>/figure", registers.figure, name="figure"),
    path("tables", registers.tables, name="tables"),
    re_path(rf"^tables/(?P<name>{_any(TABLES)})\.csv$", registers.table, name="table"),
]
