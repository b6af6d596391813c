"""What the programme keeps: crosswalks, partners and their standards, experts, and the registers.

Every row that people change carries a `version`, so that nobody overwrites another silently. Who-and-when
pairs are enforced by the database. Personal data stands in `Expert` alone and can be erased there.
"""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from observatory.programme.permissions import PERMISSIONS
from observatory.review.models import Candidate, User


def pair(name: str, who: str, when: str) -> models.CheckConstraint:
    """Both or neither of who and when."""
    return models.CheckConstraint(
        condition=Q(**{f"{who}__isnull": True, f"{when}__isnull": True})
        | Q(**{f"{who}__isnull": False, f"{when}__isnull": False}),
        name=name,
    )


class Kept(models.Model):
    """A row that people change, one after the other."""

    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True
        default_permissions = ()


# --- crosswalks ------------------------------------------------------------------------------


class Relation(models.TextChoices):
    """How our profession lies to the concept, in the words of SKOS."""

    EXACT = "exactMatch", _("the same")
    CLOSE = "closeMatch", _("nearly the same")
    BROAD = "broadMatch", _("the concept is broader")
    NARROW = "narrowMatch", _("the concept is narrower")
    RELATED = "relatedMatch", _("related only")


class Match(Kept):
    """A concept of a classification proposed for a candidate, and what a person said to it."""

    class State(models.TextChoices):
        OPEN = "open", _("Proposed")
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Rejected")

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="matches")
    scheme = models.CharField(max_length=40)
    edition = models.CharField(max_length=40, blank=True, default="")
    code = models.CharField(max_length=300)
    title = models.CharField(max_length=500)
    similarity = models.FloatField()
    proposed = models.CharField(max_length=20, choices=Relation.choices)
    evidence = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    relation = models.CharField(max_length=20, choices=Relation.choices, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta(Kept.Meta):
        ordering = ("scheme", "edition", "-similarity", "pk")
        constraints = (
            models.UniqueConstraint(fields=("candidate", "scheme", "edition", "code"), name="a_concept_once"),
            models.UniqueConstraint(
                fields=("candidate", "scheme", "edition"),
                condition=Q(state="confirmed", relation="exactMatch"),
                name="one_exact_match",
            ),
            pair("match_decided_by_and_when", "decided_by", "decided_at"),
            models.CheckConstraint(
                condition=(Q(state="open") & Q(decided_by__isnull=True, relation=""))
                | (Q(state="confirmed") & Q(decided_by__isnull=False) & ~Q(relation=""))
                | (Q(state="rejected") & Q(decided_by__isnull=False, relation="")),
                name="a_confirmed_match_has_a_relation",
            ),
        )

    def __str__(self) -> str:
        return f"{self.scheme} {self.code} {self.title}"


# --- partners and mutual recognition ---------------------------------------------------------


class Partner(Kept):
    """An institution abroad with which standards are to be recognised."""

    class Kind(models.TextChoices):
        AUTHORITY = "authority", _("Public authority")
        AWARDING = "awarding", _("Awarding body")
        UNIVERSITY = "university", _("University or college")
        COMPANY = "company", _("Company")
        ASSOCIATION = "association", _("Association")

    class Status(models.TextChoices):
        TALKS = "talks", _("In talks")
        AGREED = "agreed", _("Agreement in force")
        RECOGNISED = "recognised", _("Recognises our standards")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")

    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.TALKS)
    website = models.URLField(max_length=300, blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta(Kept.Meta):
        ordering = ("country", "name")
        permissions = tuple(PERMISSIONS.items())
        constraints = (models.UniqueConstraint(fields=("country", "name"), name="a_partner_once"),)

    def __str__(self) -> str:
        return self.name


class Agreement(Kept):
    """A paper signed with a partner; without `ends_on` it runs on."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="agreements")
    title = models.CharField(max_length=200)
    signed_on = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta(Kept.Meta):
        ordering = ("-signed_on", "pk")
        constraints = (
            models.UniqueConstraint(fields=("partner", "title"), name="an_agreement_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")), name="ends_after_it_starts"
            ),
        )

    def __str__(self) -> str:
        return self.title

    def in_force(self, on: dt.date) -> bool:
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


class PartnerStandard(Kept):
    """A standard of a partner, with its units. One that is withdrawn takes no new comparison."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="standards")
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    edition = models.CharField(max_length=40, blank=True, default="")
    levels = models.JSONField(default=list)
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_why = models.TextField(blank=True, default="")
    withdrawn_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Kept.Meta):
        ordering = ("code", "edition")
        constraints = (
            models.UniqueConstraint(fields=("partner", "code", "edition"), name="a_standard_once"),
            pair("standard_withdrawn_by_and_when", "withdrawn_by", "withdrawn_on"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()


class PartnerUnit(models.Model):
    """A unit of a partner's standard."""

    standard = models.ForeignKey(PartnerStandard, on_delete=models.CASCADE, related_name="units")
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    level = models.CharField(max_length=40, blank=True, default="")
    detail = models.TextField(blank=True, default="")
    position = models.IntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ("position", "pk")
        constraints = (models.UniqueConstraint(fields=("standard", "code"), name="a_partner_unit_once"),)


class Brief(models.Model):
    """The curriculum brief of an adopted profession as it came: units by level, skills, suggestions. Never changed."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="briefs")
    sha256 = models.CharField(max_length=64)
    body = models.JSONField()
    levels = models.JSONField(default=list)
    received_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ("-received_at", "-pk")
        constraints = (models.UniqueConstraint(fields=("candidate", "sha256"), name="a_brief_once"),)

    def __str__(self) -> str:
        return self.sha256[:12]


class OwnUnit(models.Model):
    """A unit of our own standard, out of a brief."""

    brief = models.ForeignKey(Brief, on_delete=models.CASCADE, related_name="units")
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    level = models.CharField(max_length=40, blank=True, default="")
    skills = models.JSONField(default=list)
    position = models.IntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ("position", "pk")
        constraints = (models.UniqueConstraint(fields=("brief", "code"), name="an_own_unit_once"),)


class Comparison(Kept):
    """Our standard beside a partner's: which units and levels stand for one another."""

    brief = models.ForeignKey(Brief, on_delete=models.PROTECT, related_name="comparisons")
    standard = models.ForeignKey(PartnerStandard, on_delete=models.PROTECT, related_name="comparisons")
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    agreed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)

    class Meta(Kept.Meta):
        ordering = ("-updated_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("brief", "standard"), name="a_comparison_once"),
            pair("comparison_agreed_by_and_when", "agreed_by", "agreed_at"),
        )

    def __str__(self) -> str:
        return f"{self.brief.candidate.title} / {self.standard}"


class UnitMatch(models.Model):
    """A unit of the partner that stands for a unit of ours, whole or in part."""

    class Extent(models.TextChoices):
        FULL = "full", _("in full")
        PARTIAL = "partial", _("in part")

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="matches")
    own = models.ForeignKey(OwnUnit, on_delete=models.PROTECT, related_name="+")
    theirs = models.ForeignKey(PartnerUnit, on_delete=models.PROTECT, related_name="+")
    extent = models.CharField(max_length=10, choices=Extent.choices)
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        default_permissions = ()
        ordering = ("own__position", "theirs__position")
        constraints = (models.UniqueConstraint(fields=("comparison", "own", "theirs"), name="two_units_once"),)


class LevelMatch(models.Model):
    """A level of the partner that stands for a level of ours."""

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="levels")
    own = models.CharField(max_length=40)
    theirs = models.CharField(max_length=40)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("comparison", "own"), name="a_level_once"),)


# --- experts ---------------------------------------------------------------------------------


class Expert(Kept):
    """A person who is asked for advice. Erased on request: the row and its number stay, the person goes."""

    class Availability(models.TextChoices):
        YES = "yes", _("Available")
        LITTLE = "little", _("One task at a time")
        NO = "no", _("Not available")

    name = models.CharField(max_length=150)
    email = models.EmailField(blank=True, default="")
    organisation = models.CharField(max_length=200, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")
    languages = models.JSONField(default=list)
    expertise = models.TextField(blank=True, default="")
    availability = models.CharField(max_length=10, choices=Availability.choices, default=Availability.YES)
    free_from = models.DateField(null=True, blank=True)
    agreed_on = models.DateField(null=True, blank=True)
    erased_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta(Kept.Meta):
        ordering = ("name", "pk")
        constraints = (
            pair("erased_by_and_when", "erased_by", "erased_at"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(name="", email="", organisation="", expertise="", country=""),
                name="an_erased_expert_holds_nothing",
            ),
        )

    def __str__(self) -> str:
        return self.name or str(_("Erased expert no. %(number)s")) % {"number": self.pk}


class Interest(models.Model):
    """A conflict of interest of an expert: with a candidate, a partner, or an employer by its name."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="interests")
    candidate = models.ForeignKey(Candidate, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    employer = models.CharField(max_length=200, blank=True, default="")
    reason = models.TextField()
    declared_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ("declared_at", "pk")


class Invitation(Kept):
    """An expert asked to do something on a candidate by a day."""

    class Purpose(models.TextChoices):
        ADVICE = "advice", _("Advice on the candidate")
        DRAFT = "draft", _("Drafting the standard")
        REVIEW = "review", _("Review of the draft")
        RECOGNITION = "recognition", _("Comparison with a partner's standard")

    class State(models.TextChoices):
        INVITED = "invited", _("Invited")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        DONE = "done", _("Done")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="invitations")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="invitations")
    comparison = models.ForeignKey(Comparison, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.INVITED)
    due_on = models.DateField()
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta(Kept.Meta):
        ordering = ("due_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("expert", "candidate", "purpose"),
                condition=Q(state__in=("invited", "accepted")),
                name="one_open_invitation",
            ),
        )

    def __str__(self) -> str:
        return f"{self.candidate.title} ({self.get_purpose_display()})"


# --- registers -------------------------------------------------------------------------------


class Register(models.TextChoices):
    """The registers of what follows a standard."""

    BASE = "base", _("Training bases")
    STATION = "station", _("Certification stations abroad")
    CERTIFICATION = "certification", _("Certifications")
    COMPETITION = "competition", _("Competitions")


class Entry(Kept):
    """A training base, a certification station, a certification or a competition."""

    register = models.CharField(max_length=20, choices=Register.choices)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    place = models.CharField(max_length=100, blank=True, default="")
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="entries")
    professions = models.ManyToManyField(Candidate, related_name="entries")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True, default="")

    class Meta(Kept.Meta):
        ordering = ("-starts_on", "name")
        constraints = (
            models.UniqueConstraint(fields=("register", "country", "name"), name="an_entry_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")), name="entry_ends_after"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Figure(Kept):
    """People in a year at an entry for a profession: trained, tested, certified or competing, as the register counts."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="figures")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="figures")
    year = models.IntegerField()
    people = models.IntegerField()
    source = models.CharField(max_length=200)
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta(Kept.Meta):
        ordering = ("-year", "pk")
        constraints = (
            models.UniqueConstraint(fields=("entry", "candidate", "year"), name="a_figure_a_year"),
            models.CheckConstraint(condition=Q(people__gte=0), name="no_fewer_than_nobody"),
        )

    def __str__(self) -> str:
        return f"{self.entry.name} {self.year}"


class Target(Kept):
    """What a register is to reach in a year: entries open in it, or people counted in it."""

    class Measure(models.TextChoices):
        ENTRIES = "entries", _("entries")
        PEOPLE = "people", _("people")

    register = models.CharField(max_length=20, choices=Register.choices)
    measure = models.CharField(max_length=10, choices=Measure.choices)
    year = models.IntegerField()
    value = models.IntegerField()

    class Meta(Kept.Meta):
        ordering = ("-year", "register", "measure")
        constraints = (
            models.UniqueConstraint(fields=("register", "measure", "year"), name="a_target_once"),
            models.CheckConstraint(condition=Q(value__gte=0), name="a_target_of_something"),
        )

    def __str__(self) -> str:
        return f"{self.get_register_display()} {self.year}"
