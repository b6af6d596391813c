"""What the programme's pages share: one form on a page, a file that came in, the version a step was made from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from observatory.errors import BadInput, WrongState


def sheet(
    request: HttpRequest, form: Any, save: Callable[[Any], str], *, part: str, title: str, back: tuple[str, str],
    button: str, intro: str = "", done: str = "",
) -> HttpResponse:  # fmt: skip
    """A page with one form. `save` takes the valid form and gives the address to go on to; `back` is (words, address)."""
    if request.method == "POST" and form.is_valid():
        target = save(form)
        messages.success(request, done or _("Done, and written to the record."))
        return redirect(target)
    context = {"form": form, "part": part, "sheet_title": title, "back": back, "button": button, "intro": intro}
    return render(request, "programme/sheet.html", context, status=422 if form.errors else 200)


def cleaned(form: Any) -> dict[str, Any]:
    """What a small form of a page holds. Raises `WrongState` naming the first field that does not fit."""
    if not form.is_valid():
        field, problems = next(iter(form.errors.items()))
        label = form.fields[field].label if field in form.fields else ""
        raise WrongState(f"{label or field}: {problems[0]}")
    return dict(form.cleaned_data)


def version_of(request: HttpRequest) -> int:
    """The version that the step was made from."""
    text = request.POST.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise WrongState(_("the form does not say which version it was made from; open the page again"))
    return int(text)


def text_of(request: HttpRequest, *, most: int) -> str:
    """The text of the file that came in. Raises `BadInput` where there is none, or none that can be read."""
    file = request.FILES.get("file")
    if file is None:
        raise BadInput(_("choose a file"))
    if file.size > most:
        raise BadInput(
            _("%(name)s: %(size)s bytes; at most %(most)s are read")
            % {"name": file.name, "size": file.size, "most": most}
        )
    try:
        return str(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInput(_("%(name)s: not a text file in UTF-8") % {"name": file.name}) from error


def number(text: str | None) -> int:
    """A key out of a form; 0 where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 15 else 0
