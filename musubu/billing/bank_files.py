"""Files of money that came in, after they were read: whose account they are about, and taken back where read by mistake."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from musubu.billing.models import BankDeposit, BankFile
from musubu.engines import zengin
from musubu.parties import audit, permissions
from musubu.parties.models import Person, Provider
from musubu.refusals import NotPossible
from musubu.transactions import locked, whole

KINDS = ("deposits", "statement", "csv")


def strange_accounts(file: BankFile) -> list[str]:
    """Accounts that a file is about and that neither the company data nor an earlier file knows."""
    if not file.provider.collection:
        return []
    earlier = BankFile.objects.filter(provider=file.provider, kind__in=KINDS, pk__lt=file.pk)
    known = {account for accounts in earlier.values_list("accounts", flat=True) for account in accounts}
    return [one for one in file.accounts if one not in known | {zengin.account_of(file.provider.collection)}]


def untouched(provider: Provider) -> QuerySet[BankFile]:
    """The files of which nobody has dealt with any deposit so far."""
    dealt = Q(matched_at__isnull=False) | Q(parts__isnull=False) | Q(aside_at__isnull=False) | Q(in_suspense__gt=0)
    touched = BankDeposit.objects.filter(dealt, provider=provider).values("file")
    return BankFile.objects.filter(provider=provider, kind__in=KINDS).exclude(pk__in=touched)


@whole
def take_back(*, file: BankFile, person: Person) -> None:
    """A file that was read by mistake: it and its deposits are gone from the list, and it can be read again."""
    permissions.require(person, "payments.import", provider=file.provider)
    rows = locked(BankDeposit.objects.filter(file=file))
    count = len(rows)
    if not untouched(file.provider).filter(pk=file.pk).exists():
        raise NotPossible(_("A deposit of this file was dealt with already. Undo that first, then take the file back."))
    audit.record(
        provider=file.provider, actor=person, action="payments.take-file-back", subject=file.name,
        before={"rows": count, "total": file.total, "accounts": file.accounts},
    )  # fmt: skip
    BankDeposit.objects.filter(file=file).delete()
    file.delete()
