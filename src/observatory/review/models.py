"""What the review keeps: candidates and their dossiers, assessments, meetings, decisions, the audit trail.

Who-and-when pairs are enforced by the database; a row of the audit trail is never changed.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from observatory.review import models_standards as _standards  # noqa: F401 - Django finds an app's models here
from observatory.review.permissions import PERMISSIONS


class User(AbstractUser):
    """A person who signs in. `totp_secret` empty means no second factor."""

    language = models.CharField(max_length=8, default="", blank=True)
    totp_secret = models.CharField(max_length=64, default="", blank=True)
    totp_last = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True, blank=True)
    toured = models.BooleanField(default=False)

    @property
    def name(self) -> str:
        return str(self.get_full_name() or self.username)


class Kind(models.TextChoices):
    """What a candidate is taken for."""

    OCCUPATION = "occupation", _("New occupation")
    SPECIALISATION = "specialisation", _("Specialisation")
    REVISION = "revision", _("Revision")
    TECHNOLOGY = "technology", _("Technology")
    NOISE = "noise", _("Not a profession")


class Status(models.TextChoices):
    """Where a candidate stands."""

    NEW = "new", _("New")
    ASSESSING = "assessing", _("In assessment")
    THIRD = "third", _("Third analyst needed")
    READY = "ready", _("Ready for committee")
    TABLED = "tabled", _("On an agenda")
    ADOPTED = "adopted", _("Adopted")
    WATCH = "watch", _("Watching")
    REJECTED = "rejected", _("Rejected")
    MERGED = "merged", _("Merged")
    SPLIT = "split", _("Split")


# Between a lineage and the number of its part, in the id of a candidate made by a split.
PART = "~"
OPEN_STATUSES = (Status.NEW, Status.ASSESSING, Status.THIRD, Status.READY, Status.TABLED)


class Candidate(models.Model):
    """A lineage under review. `version` counts changes: two people never overwrite each other silently."""

    candidate_id = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.NEW)
    sectors = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    search = models.TextField(default="")
    rank = models.IntegerField(default=0)
    score = models.FloatField(default=0)
    vacancies = models.IntegerField(default=0)
    employers = models.IntegerField(default=0)
    growth_ratio = models.FloatField(default=1)
    growth_low = models.FloatField(default=1)
    growth_high = models.FloatField(default=1)
    novelty = models.FloatField(default=0)
    first_seen = models.DateField()
    skills = models.JSONField(default=list)
    history = models.JSONField(default=list)
    components = models.JSONField(default=dict)
    dossier = models.ForeignKey("DossierFile", null=True, on_delete=models.PROTECT, related_name="+")
    assessment_round = models.IntegerField(default=1)
    version = models.IntegerField(default=1)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="absorbed")
    split_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    watch_until = models.DateField(null=True, blank=True)
    silenced_vacancies = models.IntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("-score", "pk")
        default_permissions = ()
        permissions = tuple(PERMISSIONS.items())
        indexes = (
            models.Index(fields=("status", "-score")),
            models.Index(fields=("-created_at",)),
            models.Index(fields=("-vacancies",)),
            models.Index(fields=("kind", "-score")),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(status="merged"), name="only_merged_points_on"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def lineage_id(self) -> str:
        """The lineage as the pipeline knows it; the parts of a split share that of the whole."""
        return self.candidate_id.partition(PART)[0]


class DossierFile(models.Model):
    """A dossier as it came: its canonical JSON and hash. Never changed."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="dossiers")
    sha256 = models.CharField(max_length=64)
    as_of = models.DateField()
    body = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ("-as_of", "-pk")
        constraints = (models.UniqueConstraint(fields=("candidate", "sha256"), name="a_dossier_once"),)


class EvidenceSentence(models.Model):
    """A sentence of a dossier, with where it was published; `start`..`end` mark the role in it."""

    dossier = models.ForeignKey(DossierFile, on_delete=models.CASCADE, related_name="sentences")
    posting_id = models.CharField(max_length=80)
    source = models.CharField(max_length=80)
    url = models.TextField(default="", blank=True)
    posted_at = models.DateTimeField()
    employer = models.TextField(default="", blank=True)
    sentence = models.TextField()
    start = models.IntegerField(default=0)
    end = models.IntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ("-posted_at", "pk")


class Assignment(models.Model):
    """An analyst asked to assess a candidate; `place` 3 is the third who settles a disagreement."""

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="assignments")
    analyst = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    round = models.IntegerField(default=1)
    place = models.IntegerField(default=1)
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("candidate", "round", "analyst"), name="assigned_once_a_round"),
            models.UniqueConstraint(fields=("candidate", "round", "place"), name="one_analyst_a_place"),
        )


class Criterion(models.TextChoices):
    """The six properties of an occupation, after the drafting office of the Chinese classification."""

    PURPOSE = "purpose", _("Purpose")
    SOCIAL = "social", _("Social character")
    LEGAL = "legal", _("Legality")
    SIZE = "size", _("Group size")
    STABLE = "stable", _("Stability")
    SKILL = "skill", _("Independent skill content")


class Assessment(models.Model):
    """One analyst's view of one dossier. Hidden from the other analysts until the round is complete."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="assessments")
    dossier = models.ForeignKey(DossierFile, on_delete=models.PROTECT, related_name="+")
    analyst = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assessments")
    round = models.IntegerField(default=1)
    kind = models.CharField(max_length=20, choices=Kind.choices, blank=True, default="")
    name = models.CharField(max_length=300, blank=True, default="")
    parent = models.CharField(max_length=300, blank=True, default="")
    points = models.JSONField(default=dict)
    grounds = models.JSONField(default=dict)
    cited = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ("round", "submitted_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("candidate", "round", "analyst"), name="one_assessment_a_round"),
        )


class Comment(models.Model):
    """A remark on a candidate; @names in it are mentions."""

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    mentions = models.ManyToManyField(User, related_name="mentioned_in", blank=True)
    written_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ("written_at", "pk")


class Meeting(models.Model):
    """A session of a committee. `rules` are those in force when it was opened."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    title = models.CharField(max_length=200)
    held_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    rules = models.JSONField(default=dict)
    chair = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    called_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ("-held_on", "-pk")

    def __str__(self) -> str:
        return self.title


class Membership(models.Model):
    """A member of a meeting; one who was removed keeps the votes cast before."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="memberships")
    member = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    removed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("meeting", "member"), name="a_member_once"),
            models.CheckConstraint(
                condition=Q(removed_by__isnull=True, removed_at__isnull=True)
                | Q(removed_by__isnull=False, removed_at__isnull=False),
                name="removed_by_and_when",
            ),
        )


class Outcome(models.TextChoices):
    """What a committee decides on a candidate."""

    ADOPT = "adopt", _("Adopt")
    WATCH = "watch", _("Watch until a date")
    MERGE = "merge", _("Merge into another candidate")
    REJECT = "reject", _("Reject")
    DEFER = "defer", _("Defer")


class ReasonCode(models.TextChoices):
    """Why a candidate was rejected."""

    KNOWN = "known", _("Already in the classification")
    TECHNOLOGY = "technology", _("A technology, not a profession")
    SMALL = "small", _("Too few practitioners")
    BRIEF = "brief", _("Not stable enough")
    EVIDENCE = "evidence", _("Evidence does not hold")
    LEGAL = "legal", _("Legal objection")
    OTHER = "other", _("Other")


class AgendaItem(models.Model):
    """A candidate before a meeting, with the dossier frozen by its hash and the motion put to the vote."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        VOTING = "voting", _("Voting")
        TIED = "tied", _("Tied")
        DECIDED = "decided", _("Decided")
        WITHDRAWN = "withdrawn", _("Withdrawn without a decision")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="items")
    dossier = models.ForeignKey(DossierFile, on_delete=models.PROTECT, related_name="+")
    dossier_sha256 = models.CharField(max_length=64)
    position = models.IntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=300)
    parent = models.CharField(max_length=300, blank=True, default="")
    reason_code = models.CharField(max_length=20, choices=ReasonCode.choices, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    watch_until = models.DateField(null=True, blank=True)
    merge_into = models.ForeignKey(Candidate, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("meeting", "candidate"), name="a_candidate_once_a_meeting"),
            models.UniqueConstraint(fields=("meeting", "position"), name="a_position_once"),
        )


class Conflict(models.Model):
    """A conflict of interest a member declared on an item: the member neither sees the vote nor counts."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="conflicts")
    member = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    declared_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("item", "member"), name="a_conflict_once"),)


class Vote(models.Model):
    """One member's vote on one item."""

    class Choice(models.TextChoices):
        FOR = "for", _("For")
        AGAINST = "against", _("Against")
        ABSTAIN = "abstain", _("Abstain")

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="votes")
    member = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=10, choices=Choice.choices)
    cast_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("item", "member"), name="one_vote_a_member"),)


class Decision(models.Model):
    """What was decided on a candidate, by whom, on which dossier."""

    item = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="decision")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="decisions")
    dossier_sha256 = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    carried = models.BooleanField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=300)
    parent = models.CharField(max_length=300, blank=True, default="")
    reason_code = models.CharField(max_length=20, choices=ReasonCode.choices, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    watch_until = models.DateField(null=True, blank=True)
    merge_into = models.ForeignKey(Candidate, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    votes_for = models.IntegerField()
    votes_against = models.IntegerField()
    votes_abstain = models.IntegerField()
    casting = models.CharField(max_length=10, blank=True, default="")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    published_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    appeal = models.TextField(blank=True, default="")
    appealed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    appealed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ("-decided_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(published_by__isnull=True, published_at__isnull=True)
                | Q(published_by__isnull=False, published_at__isnull=False),
                name="published_by_and_when",
            ),
            models.CheckConstraint(
                condition=Q(appealed_by__isnull=True, appealed_at__isnull=True)
                | Q(appealed_by__isnull=False, appealed_at__isnull=False),
                name="appealed_by_and_when",
            ),
        )


class SavedView(models.Model):
    """A person's named filter of the queue."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="views")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=500)

    class Meta:
        default_permissions = ()
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("owner", "name"), name="a_view_name_once"),)


class ApiToken(models.Model):
    """A key of the API. Only the SHA-256 of the key is kept; `minute` and `calls` limit its rate."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    minute = models.BigIntegerField(default=0)
    calls = models.IntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ("-made_at",)


class Health(models.Model):
    """How a job or a source fares, as reported through the exchange."""

    name = models.CharField(max_length=80, unique=True)
    what = models.CharField(max_length=10, choices=(("job", _("Job")), ("source", _("Source"))))
    well = models.BooleanField()
    detail = models.CharField(max_length=300, blank=True, default="")
    reported_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ("well", "what", "name")


class AuditRow(models.Model):
    """One change: who, when, what. Each row holds the hash of the row before; rows are never changed."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    verb = models.CharField(max_length=60)
    what = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    details = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        ordering = ("-number",)
        indexes = (models.Index(fields=("what", "key")), models.Index(fields=("by",)), models.Index(fields=("verb",)))

    def save(self, *args: Any, **kwargs: Any) -> None:
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)


class AuditHead(models.Model):
    """The last row of the audit trail: locked while a row is added; shows when the end was cut off."""

    number = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        default_permissions = ()
