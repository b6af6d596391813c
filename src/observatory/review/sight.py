"""What a person may see: assessments while they are blind, decisions before they are published, the record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from observatory.review.models import (
    AgendaItem,
    Assessment,
    Assignment,
    AuditRow,
    Candidate,
    Conflict,
    Decision,
    Status,
    User,
)

UNDER_WAY = (Status.NEW, Status.ASSESSING, Status.THIRD)


def assessments(candidate: Candidate, given: Iterable[Assessment], *, to: Any) -> list[Assessment]:
    """Of the assessments given, the person's own ones, and all of a round that is complete."""
    closed = candidate.status not in UNDER_WAY
    return [
        one for one in given
        if one.analyst_id == to.pk or (one.submitted_at and (closed or one.round < candidate.assessment_round))
    ]  # fmt: skip


def decisions(candidate: Candidate, *, to: User) -> list[Decision]:
    """The decisions on a candidate: published ones for everybody, the others for those who take part in them.

    `votes_hidden` is set where the person declared a conflict of interest and the decision is not published.
    """
    found = candidate.decisions.select_related("item", "merge_into")
    if not any(to.has_perm(f"review.{name}") for name in ("vote", "table", "chair", "publish")):
        found = found.filter(published_at__isnull=False)
    mine = Exists(Conflict.objects.filter(item=OuterRef("item"), member=to))
    rows = list(found.annotate(conflicted=mine))
    for row in rows:
        row.votes_hidden = row.conflicted and row.published_at is None
    return rows


def analysts(candidate: Candidate, *, able: QuerySet[User]) -> tuple[list[Assignment], list[User]]:
    """Who was asked to assess a candidate in this round, and who of those `able` might be asked; one question."""
    asked = Assignment.objects.filter(
        candidate=candidate, round=candidate.assessment_round, analyst=OuterRef("pk")
    ).values("place")  # fmt: skip
    people = User.objects.annotate(place=Subquery(asked)).filter(Q(place__isnull=False) | Q(pk__in=able.values("pk")))
    there, others = [], []
    for user in people.order_by("place", "username"):
        if user.place is None:
            others.append(user)
        else:
            there.append(
                Assignment(candidate=candidate, analyst=user, round=candidate.assessment_round, place=user.place)
            )
    return sorted(there, key=lambda one: one.place), others


def assignments(user: User) -> QuerySet[Assignment]:
    """What an analyst still has to assess."""
    handed_in = Assessment.objects.filter(
        candidate=OuterRef("candidate"), round=OuterRef("round"), analyst=user, submitted_at__isnull=False
    )
    return (
        Assignment.objects.filter(analyst=user, candidate__status__in=(Status.ASSESSING, Status.THIRD))
        .filter(round=F("candidate__assessment_round")).exclude(Exists(handed_in))
        .select_related("candidate").order_by("assigned_at")
    )  # fmt: skip


def withheld(user: User) -> Q:
    """Rows of the record whose details a person may not see: what is said blind, or in a vote not one's own.

    The points of an assessment of a round that goes on, for those who assess; the votes on an item under vote
    that the person has not voted on; all votes where the person declared a conflict of interest.
    """
    hidden = Q(pk__in=[])
    if user.has_perm("review.assess"):
        blind = Assessment.objects.filter(
            candidate__status__in=(Status.ASSESSING, Status.THIRD), round=F("candidate__assessment_round")
        ).exclude(analyst=user)
        hidden |= Q(what="assessment", key__in=[str(key) for key in blind.values_list("pk", flat=True)])
    items = set(Conflict.objects.filter(member=user).values_list("item_id", flat=True))
    voting = AgendaItem.objects.filter(state=AgendaItem.State.VOTING).exclude(votes__member=user)
    items |= set(voting.values_list("pk", flat=True))
    votes = ("vote.cast", "vote.tied", "item.decided")
    return hidden | Q(what="agendaitem", key__in=[str(key) for key in items], verb__in=votes)


def shown(rows: Iterable[AuditRow], *, to: User) -> list[AuditRow]:
    """Rows of the record, the details emptied and `withheld` set where the person may not see them."""
    listed = list(rows)
    hidden = set(
        AuditRow.objects.filter(pk__in=[row.pk for row in listed]).filter(withheld(to)).values_list("pk", flat=True)
    )
    for row in listed:
        row.withheld = row.pk in hidden
        if row.withheld:
            row.details = {}
    return listed
