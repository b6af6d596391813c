"""Forms of the work on standards, of consultations and of the register."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from observatory.review.forms import holders
from observatory.review.models import Decision, Outcome, User
from observatory.review.models_standards import Opinion


class _Day(forms.DateField):
    """A day, by the browser's calendar."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


class _Owner(forms.ModelChoiceField):
    """Somebody who may work on standards."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class _Ruling(forms.ModelChoiceField):
    """An adoption, by its name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class Start(forms.Form):
    """The beginning of the work on a standard."""

    decision = _Ruling(label=_("Adopted"), queryset=Decision.objects.none())
    owner = _Owner(label=_("Owner of the step"), queryset=User.objects.none())
    due_on = _Day(label=_("Due on"), required=False, help_text=_("Empty: as the rules of the workspace say."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].queryset = Decision.objects.filter(
            outcome=Outcome.ADOPT, carried=True, published_at__isnull=False, project__isnull=True
        )
        self.fields["owner"].queryset = holders("draft")


class Assign(forms.Form):
    """Another owner, another day."""

    owner = _Owner(label=_("Owner of the step"), queryset=User.objects.none())
    due_on = _Day(label=_("Due on"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = holders("draft")


class OpinionForm(forms.Form):
    """What an expert says."""

    expert = forms.CharField(label=_("Expert"), max_length=120)
    view = forms.ChoiceField(label=_("Opinion"), choices=Opinion.View.choices)
    text = forms.CharField(label=_("In words"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))


class Enter(forms.Form):
    """A row of the register."""

    code = forms.CharField(
        label=_("Occupation code"),
        max_length=80,
        help_text=_("Proposed by the rules of the classification; yours to change."),
    )
    parent = forms.CharField(label=_("Code of the group above"), max_length=80, required=False)
    broader = forms.CharField(
        label=_("Row above in the register"), max_length=80, required=False,
        help_text=_("Its identity, for a specialisation of an occupation that the register holds."),
    )  # fmt: skip
    title = forms.CharField(label=_("Name"), max_length=300)
    definition = forms.CharField(
        label=_("Definition"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    tasks = forms.CharField(
        label=_("Main tasks, one a line"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class Publish(forms.Form):
    """The days of a standard."""

    effective_on = _Day(label=_("In force from"), required=False)
    review_on = _Day(label=_("To be reviewed on"), required=False)


class Confirm(forms.Form):
    """A review that changes nothing."""

    review_on = _Day(label=_("To be reviewed again on"), required=False)
    note = forms.CharField(label=_("What was found"), max_length=5000, widget=forms.Textarea(attrs={"rows": 2}))


class Withdraw(forms.Form):
    """The end of a standard."""

    reason = forms.CharField(label=_("Why"), max_length=5000, widget=forms.Textarea(attrs={"rows": 2}))
    whole = forms.BooleanField(label=_("Withdraw its profession too"), required=False)
    replaced_by = forms.CharField(
        label=_("Replaced by (identity of a row)"), max_length=80, required=False
    )  # fmt: skip


class RemarkForm(forms.Form):
    """A comment from outside."""

    author = forms.CharField(
        label=_("Who you are"), max_length=120, required=False,
        help_text=_("A name or an organisation, as it shall stand beside the comment; or nothing."),
    )  # fmt: skip
    place = forms.CharField(
        label=_("Which part you mean"), max_length=200, required=False, help_text=_("For example: level 3, weights.")
    )
    text = forms.CharField(label=_("Your comment"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6}))


class ReleaseForm(forms.Form):
    """A release to make."""

    name = forms.CharField(label=_("Name of the release"), max_length=40, help_text=_("For example 2026.1"))


class ImportForm(forms.Form):
    """A register's CSV."""

    file = forms.FileField(label=_("Register as CSV"))
