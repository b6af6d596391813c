"""What follows an adopting vote: the work on a standard, its steps, drafts, comments and opinions; the register.

Versions of a draft, versions of an entry and releases are only added, never changed. Who-and-when pairs are
enforced by the database.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

PERSON = settings.AUTH_USER_MODEL


class Stage(models.TextChoices):
    """Where the work on a standard stands; the first five are worked through in this order."""

    DRAFTING = "drafting", _("Drafting")
    CONSULTATION = "consultation", _("Consultation")
    EXPERTS = "experts", _("Expert review")
    APPROVAL = "approval", _("Approval")
    PUBLICATION = "publication", _("Publication")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


UNDER_WAY = (Stage.DRAFTING, Stage.CONSULTATION, Stage.EXPERTS, Stage.APPROVAL, Stage.PUBLICATION)
# The stages in which the text may be written.
OPEN_TEXT = (Stage.DRAFTING, Stage.CONSULTATION, Stage.EXPERTS)


class Project(models.Model):
    """The work on the standard of one adopted candidate. `version` counts changes of the project itself."""

    decision = models.OneToOneField("review.Decision", on_delete=models.PROTECT, related_name="project")
    candidate = models.ForeignKey("review.Candidate", on_delete=models.PROTECT, related_name="projects")
    title = models.CharField(max_length=300)
    stage = models.CharField(max_length=20, choices=Stage.choices, default=Stage.DRAFTING)
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="projects")
    due_on = models.DateField(null=True, blank=True)
    effective_on = models.DateField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    approved = models.ForeignKey("review.DraftVersion", null=True, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    round = models.IntegerField(default=1)
    version = models.IntegerField(default=1)
    started_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ("-started_at", "-pk")
        indexes = (models.Index(fields=("stage", "due_on")),)
        constraints = (
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True, approved__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False, approved__isnull=False),
                name="approved_by_when_and_what",
            ),
            models.CheckConstraint(
                condition=~Q(stage="published") | Q(effective_on__isnull=False, published_at__isnull=False),
                name="published_with_its_days",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.stage in UNDER_WAY

    def overdue(self, today: dt.date) -> bool:
        """Whether its step should have ended before today."""
        return self.is_open and self.due_on is not None and self.due_on < today


class Step(models.Model):
    """One step that the work went through: who owned it, until when it was due, when it began and ended."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="steps")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    begun_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    ended_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        default_permissions = ()
        ordering = ("begun_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True, ended_at__isnull=True)
                | Q(ended_by__isnull=False, ended_at__isnull=False),
                name="ended_by_and_when",
            ),
            models.UniqueConstraint(fields=("project",), condition=Q(ended_at__isnull=True), name="one_step_at_a_time"),
        )


class DraftVersion(models.Model):
    """One version of a draft as JSON (`observatory.standards`), with its hash. Never changed."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="drafts")
    number = models.IntegerField()
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    problems = models.IntegerField(default=0)
    note = models.CharField(max_length=300, blank=True, default="")
    made_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=("project", "number"), name="a_version_once"),)


class Remark(models.Model):
    """A comment from outside on a draft in consultation, and its answer. `author` is what the writer signed with."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        PARTLY = "partly", _("Accepted in part")
        DECLINED = "declined", _("Not accepted")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="remarks")
    round = models.IntegerField(default=1)
    draft = models.ForeignKey(DraftVersion, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=200, blank=True, default="")
    author = models.CharField(max_length=120, blank=True, default="")
    text = models.TextField()
    written_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True, default="")
    reply = models.TextField(blank=True, default="")
    answered_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ("written_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True, answered_at__isnull=True, answer="")
                | (Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
                name="answered_by_and_when",
            ),
        )


class Opinion(models.Model):
    """What an expert says of a draft, as it was handed in; `written_by` is who put it on record."""

    class View(models.TextChoices):
        FIT = "fit", _("Fit to be approved")
        CHANGES = "changes", _("Fit with changes")
        UNFIT = "unfit", _("Not fit")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="opinions")
    round = models.IntegerField(default=1)
    draft = models.ForeignKey(DraftVersion, on_delete=models.PROTECT, related_name="+")
    expert = models.CharField(max_length=120)
    view = models.CharField(max_length=10, choices=View.choices)
    text = models.TextField()
    written_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ("written_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("project", "round", "expert"), name="one_opinion_an_expert"),
        )  # fmt: skip


class Entry(models.Model):
    """A row of the register. `body` is the row as JSON (`observatory.register`); the other fields find it."""

    identity = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20)
    scheme = models.CharField(max_length=40)
    code = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    status = models.CharField(max_length=20)
    search = models.TextField(default="")
    broader = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="narrower")
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="entries")
    draft = models.ForeignKey(DraftVersion, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.IntegerField(default=1)
    body = models.JSONField()
    updated_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ("scheme", "code", "pk")
        verbose_name_plural = "entries"
        indexes = (models.Index(fields=("kind", "status")),)
        constraints = (
            models.UniqueConstraint(
                fields=("scheme", "code"), condition=~Q(status="withdrawn"), name="a_code_is_held_once"
            ),
            models.CheckConstraint(condition=~Q(broader=F("id")), name="no_entry_above_itself"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class EntryVersion(models.Model):
    """A row of the register as it stood, and why it changed. Never changed."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    body = models.JSONField()
    why = models.CharField(max_length=300)
    made_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=("entry", "number"), name="an_entry_version_once"),)


class Release(models.Model):
    """The register as it was given out: its CSV, the hash of it, how many rows changed since the last. Never changed."""

    name = models.CharField(max_length=40, unique=True)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    rows = models.IntegerField()
    changes = models.JSONField(default=dict)
    made_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ("-made_at", "-pk")
