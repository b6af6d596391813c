"""Forms: what people type, parsed once. Each field says in plain words what it expects."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from observatory.errors import ReviewError
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


class _Ready(forms.ModelChoiceField):
    """A candidate that is ready for a committee; one that was and is not any more says where it stands now."""

    def to_python(self, value: Any) -> Candidate | None:
        try:
            found: Candidate | None = super().to_python(value)
        except forms.ValidationError:
            there = (
                Candidate.objects.filter(pk=value).first() if str(value).isdigit() and len(str(value)) < 18 else None
            )
            if there is None:
                raise
            words = {"title": there.title, "status": there.get_status_display()}
            raise forms.ValidationError(
                _("'%(title)s' is not ready any more, it is now: %(status)s"), code="moved", params=words
            ) from None
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


class Appeal(forms.Form):
    """What is new since a decision."""

    grounds = forms.CharField(label=_("What is new"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))


class Declare(forms.Form):
    """A conflict of interest."""

    reason = forms.CharField(
        label=_("What the conflict is"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("You will neither see this vote nor count. It stands in the minutes."),
    )  # fmt: skip


class Withdraw(forms.Form):
    """An item that ends without a decision."""

    reason = forms.CharField(
        label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It ends without a decision, and its candidate is ready again: for a vote that cannot reach its quorum."),
    )  # fmt: skip


class NewKey(forms.Form):
    """A key of the API."""

    name = forms.CharField(label=_("What for"), max_length=80)
    scopes = forms.MultipleChoiceField(label=_("May read"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, scopes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = scopes
        self.fields["scopes"].initial = [key for key, _words in scopes]


class NewMeeting(forms.Form):
    """A meeting to call."""

    title = forms.CharField(label=_("Title"), max_length=200)
    held_on = forms.DateField(label=_("Held on"), widget=forms.DateInput(attrs={"type": "date"}))
    chair = _Person(label=_("Chair"), empty_label=_("choose one"), queryset=User.objects.none())
    members = _People(label=_("Members"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chair"].queryset = holders("chair")
        self.fields["members"].queryset = holders("vote")


class Motion(forms.Form):
    """What is put to the vote."""

    candidate = _Ready(
        label=_("Candidate"),
        empty_label=_("choose one"),
        queryset=Candidate.objects.filter(status=Status.READY).order_by("-score")[:0],
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


def refuse(form: forms.Form, error: ReviewError) -> None:
    """Puts the refusal of a step beside the field that it is about, or above the form."""
    field = getattr(error, "field", "")
    form.add_error(field if field in form.fields else None, capfirst(str(error)))


def first_problem(form: forms.Form) -> str:
    """The first problem of a form in one line, for a page that has no place for the form."""
    field, problems = next(iter(form.errors.items()))
    label = form.fields[field].label if field in form.fields else ""
    return f"{label or field}: {problems[0]}"


def at_version(form: forms.Form, version: int) -> forms.Form:
    """The form as it was filled in, made from another version of the candidate: the one now shown beside it."""
    form.data = form.data.copy()
    form.data["version"] = str(version)
    return form


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
