"""What an applicant must be shown and accept besides the terms themselves, each as a text of its own that is kept."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from musubu import terms


@dataclass(frozen=True)
class Consent:
    """`clauses` are those whose words are shown and accepted; without one the label is the text."""

    document: str
    label: str | Promise
    clauses: tuple[str, ...] = ()

    def text(self, service: str, lang: str) -> str:
        bodies = [terms.texts.clause(service, clause, lang)[1] for clause in self.clauses]
        return "\n\n".join([str(self.label), *bodies])


ANTI_SOCIAL = _("We are no anti-social forces, have no dealings with them, and will not.")
PRIVACY = _("I agree to the handling of personal data for this service.")
CONSENTS: dict[str, tuple[Consent, ...]] = {
    "liveon": (Consent("anti_social_forces", ANTI_SOCIAL, ("LO-22",)), Consent("privacy", PRIVACY)),
    "simpleconnect": (
        Consent("anti_social_forces", ANTI_SOCIAL),
        Consent("privacy", PRIVACY),
        Consent("emergency_calls", _("I know that 110, 118 and 119 cannot be relied on with this service."), ("SC-31",)),
    ),
    "videog": (
        Consent("anti_social_forces", ANTI_SOCIAL),
        Consent("privacy", PRIVACY, ("VG-5",)),
        Consent("backup_abroad", _("I agree that data and videos are backed up abroad."), ("VG-39",)),
    ),
    "learno": (Consent("anti_social_forces", ANTI_SOCIAL, ("LN-7",)), Consent("privacy", PRIVACY)),
    "exaas": (
        Consent("anti_social_forces", ANTI_SOCIAL, ("EX-40",)),
        Consent("privacy", PRIVACY, ("EX-41.3",)),
        Consent("virus_protection", _("We keep up-to-date virus protection and provide phones and network."), ("EX-28", "EX-30")),
    ),
}  # fmt: skip


def required(service: str) -> frozenset[str]:
    """The documents that an application is not sent without."""
    return frozenset({"terms", *(one.document for one in CONSENTS[service])})


def texts(service: str, lang: str, terms_text: str) -> dict[str, str]:
    """Every text that is accepted, by document, as it is shown in a language."""
    return {"terms": terms_text} | {one.document: one.text(service, lang) for one in CONSENTS[service]}
