"""Forms of the programme: what people type or bring in as a table, parsed once."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from observatory.programme.countries import choices, known
from observatory.programme.models import Entry, Expert, Invitation, Partner, Register, Target
from observatory.programme.words import LANGUAGES
from observatory.review.models import Candidate, Status

UNIT_PARTS = re.compile(r"\s*[;；]\s*")


class CountryField(forms.ChoiceField):
    """A country by its ISO 3166-1 code; those without a tile on the map can be brought in too."""

    def __init__(self, *, required: bool = True, **kwargs: Any) -> None:
        blank = [] if required else [("", "—")]
        super().__init__(label=_("Country"), required=required, choices=lambda: [*blank, *choices()], **kwargs)

    def valid_value(self, value: Any) -> bool:
        return known(str(value))


def _day(label: Any, *, required: bool = True, **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=required, input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs,
    )  # fmt: skip


def _words(label: Any, *, most: int = 5000, rows: int = 3, required: bool = False, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


class Versioned(forms.Form):
    """A form that says which version of the row it was made from; without one it adds a row."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        """What was typed, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class PartnerForm(Versioned):
    """A partner."""

    name = forms.CharField(label=_("Name"), max_length=200)
    country = CountryField()
    kind = forms.ChoiceField(label=_("Kind of institution"), choices=Partner.Kind.choices)
    status = forms.ChoiceField(label=_("Status"), choices=Partner.Status.choices)
    website = forms.URLField(label=_("Website"), required=False, max_length=300, assume_scheme="https")
    note = _words(_("Note"), help_text=_("No names of persons: those belong to experts, who agreed to be kept."))


class AgreementForm(Versioned):
    """An agreement."""

    title = forms.CharField(label=_("Title"), max_length=200)
    signed_on = _day(_("Signed on"))
    starts_on = _day(_("In force from"))
    ends_on = _day(_("In force until"), required=False)


class StandardForm(forms.Form):
    """A partner's standard with its units."""

    code = forms.CharField(label=_("Code"), max_length=60)
    title = forms.CharField(label=_("Title"), max_length=300)
    edition = forms.CharField(label=_("Edition"), max_length=40, required=False)
    levels = forms.CharField(
        label=_("Levels, from the lowest up"), required=False, max_length=400, help_text=_("Separated by commas.")
    )
    units = _words(
        _("Units, one a line"), most=100_000, rows=8,
        help_text=_("code; title; level; detail. Level and detail may be left out."),
    )  # fmt: skip

    def clean_levels(self) -> list[str]:
        found = [part.strip() for part in re.split(r"[,，、]", self.cleaned_data["levels"]) if part.strip()]
        if len(set(found)) < len(found):
            raise forms.ValidationError(_("A level is named twice."))
        return [one[:40] for one in found]

    def clean_units(self) -> list[dict[str, str]]:
        return parse_units(self.cleaned_data["units"])


class UnitsForm(Versioned):
    """More units of a standard, or other words for those there."""

    units = _words(
        _("Units, one a line"), most=100_000, rows=8, required=True,
        help_text=_("code; title; level; detail. A code that is there already gets the new words."),
    )  # fmt: skip

    def clean_units(self) -> list[dict[str, str]]:
        return parse_units(self.cleaned_data["units"])


def parse_units(text: str) -> list[dict[str, str]]:
    """Units out of lines "code; title; level; detail". Raises `ValidationError` naming each line that is wrong."""
    found: list[dict[str, str]] = []
    wrong = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        parts = UNIT_PARTS.split(line.strip(), maxsplit=3)
        if len(parts) < 2 or not parts[0] or not parts[1]:
            wrong.append(
                gettext("line %(n)s: a code and a title are expected, with a semicolon between them") % {"n": number}
            )
        elif parts[0] in {one["code"] for one in found}:
            wrong.append(gettext("line %(n)s: the code %(code)s is there already") % {"n": number, "code": parts[0]})
        elif len(parts[0]) > 60 or len(parts[1]) > 300 or len(parts[2] if len(parts) > 2 else "") > 40:
            wrong.append(
                gettext("line %(n)s: too long; a code has 60, a title 300, a level 40 characters at most")
                % {"n": number}
            )
        else:
            rest = [*parts[2:], "", ""]
            found.append({"code": parts[0], "title": parts[1], "level": rest[0], "detail": rest[1][:5000]})
    if wrong:
        raise forms.ValidationError(wrong)
    return found


class WithdrawForm(Versioned):
    """The end of a partner's standard."""

    on = _day(_("Withdrawn on"))
    reason = _words(_("Why, or where that is written"), most=2000, required=True)


class ReasonForm(Versioned):
    """A reason."""

    reason = _words(_("Why"), most=2000, required=True, rows=2)


class ExpertForm(Versioned):
    """An expert."""

    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"), required=False, help_text=_("For invitations only."))
    organisation = forms.CharField(label=_("Organisation"), required=False, max_length=200)
    country = CountryField(required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages"), required=False, choices=lambda: [(code, str(words)) for code, words in LANGUAGES.items()],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    expertise = _words(
        _("Fields and expertise"), rows=4, required=True,
        help_text=_("In the words of the field, in any language: candidates are matched by this text."),
    )  # fmt: skip
    availability = forms.ChoiceField(label=_("Availability"), choices=Expert.Availability.choices)
    free_from = _day(_("Available from"), required=False)
    agreed_on = _day(_("Agreed to be kept here on"))


class _CandidateField(forms.CharField):
    """A candidate by its id."""

    def clean(self, value: Any) -> Candidate | None:
        text = str(super().clean(value) or "")
        if not text:
            return None
        found = Candidate.objects.filter(candidate_id=text[:80]).first()
        if found is None:
            raise forms.ValidationError(_("There is no candidate with this id."))
        return found


class ConflictForm(forms.Form):
    """A conflict of interest."""

    candidate = _CandidateField(label=_("With a candidate (its id)"), required=False, max_length=80)
    partner = forms.ModelChoiceField(label=_("or with a partner"), required=False, queryset=Partner.objects.all())
    employer = forms.CharField(label=_("or with an employer (its name)"), required=False, max_length=200)
    reason = _words(_("What the conflict is"), most=2000, required=True, rows=2)


class InviteForm(forms.Form):
    """An invitation."""

    candidate = _CandidateField(max_length=80, widget=forms.HiddenInput)
    expert = forms.IntegerField(widget=forms.HiddenInput)
    purpose = forms.ChoiceField(label=_("Asked for"), choices=Invitation.Purpose.choices)
    due_on = _day(_("Due on"))


def adopted() -> Any:
    """The adopted professions, by title."""
    return Candidate.objects.filter(status=Status.ADOPTED).order_by("title")


class EntryForm(Versioned):
    """An entry of a register."""

    name = forms.CharField(label=_("Name"), max_length=200)
    country = CountryField()
    place = forms.CharField(label=_("Place"), required=False, max_length=100)
    partner = forms.ModelChoiceField(label=_("Partner"), required=False, queryset=Partner.objects.all())
    professions = forms.ModelMultipleChoiceField(
        label=_("Professions"), queryset=Candidate.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    starts_on = _day(_("Open from"))
    ends_on = _day(_("Open until"), required=False)
    note = _words(_("Note"))

    def __init__(self, *args: Any, keep: tuple[int, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["professions"].queryset = (adopted() | Candidate.objects.filter(pk__in=keep)).distinct()


class FigureForm(Versioned):
    """A yearly figure."""

    candidate = forms.ModelChoiceField(label=_("Profession"), queryset=Candidate.objects.none())
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    people = forms.IntegerField(label=_("People"), min_value=0)
    source = forms.CharField(
        label=_("Source"), max_length=200, help_text=_("A report, a list, a letter: where the figure stands.")
    )

    def __init__(self, *args: Any, entry: Entry | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["candidate"].queryset = entry.professions.order_by("title") if entry else Candidate.objects.all()


class TargetForm(forms.Form):
    """A yearly target."""

    register = forms.ChoiceField(label=_("Register"), choices=Register.choices)
    measure = forms.ChoiceField(label=_("Counts"), choices=Target.Measure.choices)
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    value = forms.IntegerField(label=_("Target"), min_value=0, max_value=10_000_000)


class FilesForm(forms.Form):
    """A file to bring in."""

    file = forms.FileField(label=_("File"))
