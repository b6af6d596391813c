"""Forms: what people type, parsed once. Each field says in plain words what it expects."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from observatory.review.models import Candidate, Kind, Outcome, ReasonCode, Status, User


class _CandidateId(forms.CharField):
    """A candidate by its id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=80, **kwargs)

    def clean(self, value: Any) -> Candidate | None:
        text = super().clean(value)
        if not text:
            return None
        found = Candidate.objects.filter(candidate_id=text).first()
        if found is None:
            raise forms.ValidationError(_("There is no candidate with this id."))
        return found


class _Person(forms.ModelChoiceField):
    """One person, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class _People(forms.ModelMultipleChoiceField):
    """Several people, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class _Versioned(forms.Form):
    """A form that says which version of the candidate it was made from."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class Rename(_Versioned):
    """Another title."""

    title = forms.CharField(label=_("New title"), max_length=300)


class Merge(_Versioned):
    """The end of a candidate in another."""

    into = _CandidateId(label=_("Merge into (id of the candidate)"))
    reason = forms.CharField(label=_("Why"), max_length=2000)


class Split(_Versioned):
    """Several professions in one candidate."""

    titles = forms.CharField(label=_("Names of the parts, one a line"), widget=forms.Textarea(attrs={"rows": 3}))


class Watch(_Versioned):
    """Aside until a date."""

    until = forms.DateField(label=_("Watch until"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Why"), max_length=2000)


class SendBack(_Versioned):
    """Back to the queue."""

    reason = forms.CharField(label=_("Why"), max_length=2000)


class Undo(_Versioned):
    """The last step, taken back."""


class Assign(_Versioned):
    """Who assesses."""

    analysts = _People(label=_("Analysts"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["analysts"].queryset = analysts()


class CommentForm(forms.Form):
    """A remark."""

    text = forms.CharField(
        label=_("Comment"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("@name tells a colleague."),
    )  # fmt: skip


class NewMeeting(forms.Form):
    """A meeting to call."""

    title = forms.CharField(label=_("Title"), max_length=200)
    held_on = forms.DateField(label=_("Held on"), widget=forms.DateInput(attrs={"type": "date"}))
    chair = _Person(label=_("Chair"), queryset=User.objects.none())
    members = _People(label=_("Members"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chair"].queryset = holders("chair")
        self.fields["members"].queryset = holders("vote")


class Motion(forms.Form):
    """What is put to the vote."""

    candidate = forms.ModelChoiceField(
        label=_("Candidate"), queryset=Candidate.objects.filter(status=Status.READY).order_by("-score")[:0]
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("Motion"), choices=Outcome.choices)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    name = forms.CharField(label=_("Name in the classification"), max_length=300)
    parent = forms.CharField(label=_("Parent occupation"), max_length=300, required=False)
    reason_code = forms.ChoiceField(
        label=_("Reason (for a rejection)"), choices=[("", "—"), *ReasonCode.choices], required=False
    )
    reason = forms.CharField(
        label=_("Reason in words"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    watch_until = forms.DateField(
        label=_("Watch until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    merge_into = _CandidateId(label=_("Merge into (id of the candidate)"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["candidate"].queryset = Candidate.objects.filter(status=Status.READY).order_by("-score")


def holders(permission: str) -> Any:
    """The active people who hold a permission through a group or themselves."""
    by_group = User.objects.filter(
        groups__permissions__codename=permission, groups__permissions__content_type__app_label="review"
    )
    direct = User.objects.filter(
        user_permissions__codename=permission, user_permissions__content_type__app_label="review"
    )
    keys = by_group.values("pk").union(direct.values("pk"))
    return User.objects.filter(pk__in=keys, is_active=True).order_by("username")


def analysts() -> Any:
    """The people who may assess."""
    return holders("assess")
