"""The addresses of the site."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin
from django.urls import include, path, re_path, register_converter

from observatory.review.views import (
    account,
    assessing,
    candidate,
    candidates,
    committee,
    drafts,
    home,
    operating,
    register,
    standards,
)
from observatory.review.views.candidate import VERBS
from observatory.review.views.committee import ITEM_VERBS, MEETING_VERBS
from observatory.review.views.standards import PROJECT_VERBS
from observatory.web.api import api
from observatory.web.feed import Feed

handler400 = "observatory.review.views.errors.bad_request"
handler404 = "observatory.review.views.errors.not_found"
handler500 = "observatory.review.views.errors.broken"


class _Big:
    """A number that fits the database."""

    regex = "[0-9]{1,15}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(_Big, "n")


def _any(verbs: Iterable[str]) -> str:
    return "|".join(verbs)


urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in", account.sign_in, name="sign_in"),
    path("sign-out", account.sign_out, name="sign_out"),
    path("account", account.account, name="account"),
    path("language", account.choose_language, name="language"),
    path("theme", account.choose_theme, name="theme"),
    path("first-look", home.first_look, name="first_look"),
    path("candidates", candidates.queue, name="queue"),
    path("candidates/views", candidates.save_view, name="save_view"),
    path("candidates/assign", candidates.bulk_assign, name="bulk_assign"),
    path("candidates/<str:key>", candidate.candidate, name="candidate"),
    path("candidates/<str:key>/assess", assessing.assess, name="assess"),
    path("candidates/<str:key>/dossier.json", candidate.dossier, name="dossier"),
    re_path(rf"^candidates/(?P<key>[^/]+)/(?P<verb>{_any(VERBS)})$", candidate.change, name="change"),
    path("landscape", candidates.landscape, name="landscape"),
    path("trends", candidates.trends, name="trends"),
    path("meetings", committee.meetings, name="meetings"),
    path("meetings/new", committee.new_meeting, name="new_meeting"),
    path("meetings/<n:pk>", committee.meeting, name="meeting"),
    re_path(r"^meetings/(?P<pk>\d{1,15})/minutes\.(?P<form>docx|pdf)$", committee.minutes, name="minutes"),
    re_path(
        rf"^meetings/(?P<pk>\d{{1,15}})/(?P<verb>{_any(MEETING_VERBS)})$",
        committee.change_meeting,
        name="change_meeting",
    ),
    path("items/<n:pk>", committee.item, name="item"),
    re_path(rf"^items/(?P<pk>\d{{1,15}})/(?P<verb>{_any(ITEM_VERBS)})$", committee.change_item, name="change_item"),
    path("register", committee.register, name="register"),
    re_path(
        r"^decisions/(?P<pk>\d{1,15})/(?P<verb>publish|appeal)$", committee.change_decision, name="change_decision"
    ),
    path("standards", standards.standards, name="standards"),
    path("standards/start", standards.start_project, name="start_project"),
    path("standards/<n:pk>", standards.project, name="project"),
    path("standards/<n:pk>/draft", drafts.draft, name="draft"),
    path("standards/<n:pk>/draft/<str:part>", drafts.edit_draft, name="edit_draft"),
    path("standards/<n:pk>/compare", drafts.compare_drafts, name="compare_drafts"),
    re_path(r"^standards/(?P<pk>\d{1,15})/draft\.(?P<form>docx|json)$", drafts.draft_file, name="draft_file"),
    re_path(
        rf"^standards/(?P<pk>\d{{1,15}})/(?P<verb>{_any(PROJECT_VERBS)})$",
        standards.change_project,
        name="change_project",
    ),
    path("professions", register.professions, name="professions"),
    path("professions/<str:identity>", register.profession, name="profession"),
    path("professions/<str:identity>/v<n:number>", register.profession, name="profession_version"),
    path("releases", register.releases, name="releases"),
    path("releases/new", register.new_release, name="new_release"),
    path("releases/import", register.import_register, name="import_register"),
    re_path(
        r"^releases/(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,39})/(?P<file>(?:register\.(?:csv|jsonld|json)|dictionary\.csv|standards\.json|standards-dictionary\.csv|delta\.(?:csv|json)))$",
        register.release_file,
        name="release_file",
    ),
    path("releases/<str:name>/standards/<str:identity>.docx", register.release_text, name="release_text"),
    path("consultations", register.consultations, name="consultations"),
    path("consultations/<n:pk>", register.consultation, name="consultation"),
    path("agreement", home.agreement, name="agreement"),
    path("record", home.trail, name="trail"),
    path("record/export", home.trail_export, name="trail_export"),
    path("jobs", operating.jobs, name="jobs"),
    path("programme/", include("observatory.programme.urls")),
    path("archive", operating.archive, name="archive"),
    path("bring-in", home.bring_in, name="bring_in"),
    path("alive", home.alive, name="alive"),
    path("feed.atom", Feed(), name="feed"),
    path("api/", api.urls),
    path("admin/", admin.site.urls),
]
