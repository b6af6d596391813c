"""Words of the programme that no model carries: the verbs of its audit rows, what the registers count."""

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
