"""Words of the programme that no model carries: those of its audit rows, what the registers count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

# The verbs of the audit trail, as people read them.
VERBS: Mapping[str, Any] = {
    "match.proposed": _("crosswalk proposed"),
    "match.confirmed": _("crosswalk confirmed"),
    "match.rejected": _("crosswalk rejected"),
    "match.reopened": _("crosswalk opened again"),
    "partner.added": _("partner added"),
    "partner.changed": _("partner changed"),
    "agreement.added": _("agreement added"),
    "agreement.changed": _("agreement changed"),
    "standard.added": _("partner's standard added"),
    "standard.changed": _("partner's standard changed"),
    "standard.withdrawn": _("partner's standard withdrawn"),
    "comparison.started": _("comparison of standards begun"),
    "comparison.changed": _("comparison of standards changed"),
    "comparison.agreed": _("comparison of standards agreed"),
    "comparison.reopened": _("comparison of standards opened again"),
    "expert.added": _("expert added"),
    "expert.changed": _("expert changed"),
    "expert.erased": _("expert erased on request"),
    "expert.conflict_declared": _("conflict of interest of an expert declared"),
    "invitation.sent": _("expert invited"),
    "invitation.answered": _("invitation answered"),
    "brief.received": _("curriculum brief came in"),
    "entry.added": _("entry of a register added"),
    "entry.changed": _("entry of a register changed"),
    "figure.reported": _("yearly figure reported"),
    "figure.changed": _("yearly figure corrected"),
    "target.set": _("target of a register set"),
}
# What its rows of the audit trail are about, and the names of their details.
WHAT: Mapping[str, Any] = {
    "agreement": _("agreement"),
    "brief": _("curriculum brief"),
    "comparison": _("comparison"),
    "expert": _("expert"),
    "figure": _("figure"),
    "interest": _("conflict of interest"),
    "invitation": _("invitation"),
    "match": _("crosswalk"),
    "partner": _("partner"),
    "partnerstandard": _("partner's standard"),
    "target": _("target"),
}
DETAILS: Mapping[str, Any] = {
    "brief": _("curriculum brief"),
    "comparisons_marked": _("comparisons to look at again"),
    "country": _("country"),
    "due_on": _("due"),
    "edition": _("edition"),
    "entry": _("entry"),
    "expert": _("expert"),
    "extent": _("covered"),
    "interest": _("conflict of interest"),
    "levels": _("levels"),
    "measure": _("counted"),
    "of": _("number"),
    "on": _("from the day"),
    "own": _("our unit"),
    "partner": _("partner"),
    "people": _("people"),
    "professions": _("professions"),
    "purpose": _("purpose"),
    "register": _("register"),
    "relation": _("relation"),
    "scheme": _("classification"),
    "signed_on": _("signed on"),
    "similarity": _("similarity"),
    "standard": _("partner's standard"),
    "state": _("state"),
    "theirs": _("their unit"),
    "units": _("units"),
    "units_added": _("units added"),
    "units_changed": _("units changed"),
    "value": _("value"),
    "with": _("conflict with"),
    "year": _("year"),
}
# What a register counts as people in a year.
PEOPLE: Mapping[str, Any] = {
    "base": _("people trained"),
    "station": _("people tested"),
    "certification": _("people certified"),
    "competition": _("people competing"),
}
# What a skill has to do with a test, in a brief.
LANGUAGES: Mapping[str, Any] = {
    "en": _("English"), "zh": _("Chinese"), "it": _("Italian"), "fr": _("French"), "de": _("German"), "es": _("Spanish"),
    "ru": _("Russian"), "ar": _("Arabic"), "pt": _("Portuguese"), "id": _("Indonesian"), "kk": _("Kazakh"),
    "th": _("Thai"), "vi": _("Vietnamese"), "ms": _("Malay"), "tr": _("Turkish"), "uz": _("Uzbek"), "lo": _("Lao"),
}  # fmt: skip
