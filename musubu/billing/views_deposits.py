"""Pages of money that came in: files, the work list, one deposit, what does not fit, layouts of banks' CSV."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from musubu import clock
from musubu.billing import agencies, bank_csv, bank_files, deposits, matching, odd_payments, payables, proposals
from musubu.billing.accounts import KINDS
from musubu.billing.forms import FileForm
from musubu.billing.models import Agency, BankDeposit, BankFile, BankLayout, CsvUpload, DepositPart
from musubu.billing.texts import refusal
from musubu.contracts.models import Contract
from musubu.engines import zengin
from musubu.parties.decorators import acting_of, staff_required
from musubu.parties.saying import saying
from musubu.refusals import NotPossible

WORK_LIST = 50
REASONS = {
    "invoice-number": gettext_lazy("an open invoice's number is named"),
    "virtual-account": gettext_lazy("its own account number"),
    "learned-name": gettext_lazy("a payer's name that was confirmed before"),
    "name": gettext_lazy("the company's name in kana"),
    "amount": gettext_lazy("the only open invoice of this amount"),
}
FITS = {
    "fee": gettext_lazy("less a bank's fee"),
    "short": gettext_lazy("short"),
    "over": gettext_lazy("over"),
    "exact": gettext_lazy("exact"),
}
ACCOUNT_KINDS = {
    "1": gettext_lazy("ordinary"),
    "2": gettext_lazy("current"),
    "4": gettext_lazy("savings"),
    "9": gettext_lazy("another kind"),
}


class AccountForm(forms.Form):
    """A bank account as people enter it."""

    bank = forms.CharField(label=gettext_lazy("Bank code"), max_length=4)
    branch = forms.CharField(label=gettext_lazy("Branch code"), max_length=3)
    account_kind = forms.ChoiceField(
        label=gettext_lazy("Kind of account"), choices=[(one, ACCOUNT_KINDS[one]) for one in KINDS]
    )
    account = forms.CharField(label=gettext_lazy("Account number"), max_length=7)
    holder = forms.CharField(label=gettext_lazy("Account holder in kana"), max_length=60)


class LayoutForm(forms.Form):
    """Which heading of a bank's CSV holds what; a day in several columns is given with + between."""

    name = forms.CharField(label=gettext_lazy("Name of the layout"), max_length=60)
    day = forms.CharField(
        label=gettext_lazy("Heading of the day"), help_text=gettext_lazy("In several columns: 年+月+日")
    )
    amount = forms.CharField(label=gettext_lazy("Heading of money in"))
    payer = forms.CharField(label=gettext_lazy("Heading of the payer"))
    remark = forms.CharField(label=gettext_lazy("Heading of the remark"), required=False)
    balance = forms.CharField(label=gettext_lazy("Heading of the balance"), required=False)

    def columns(self) -> dict[str, list[str]]:
        return {key: str(self.cleaned_data[key]).split("+") for key in bank_csv.FIELDS}


def _waiting(request: HttpRequest) -> Any:
    rows = BankDeposit.objects.filter(provider=acting_of(request).provider, matched_at__isnull=True, set_aside="")
    return rows.order_by("day", "pk")


@staff_required("payments.read")
def money_in(request: HttpRequest) -> HttpResponseBase:
    """The bank's files, and the work list of deposits with their proposals."""
    acting = acting_of(request)
    form = FileForm(request.POST or None, request.FILES or None)
    form.fields["file"].label = _("The bank's file: deposit notice, account statement, or CSV")
    if request.method == "POST" and form.is_valid():
        try:
            return _read(request, form.cleaned_data["file"])
        except (zengin.FileError, NotPossible) as error:
            form.add_error("file", refusal(error))
    rows = _waiting(request)
    among = proposals.candidates(acting.provider)
    today = clock.today()
    aside = BankDeposit.objects.filter(provider=acting.provider).exclude(set_aside="")
    done = BankDeposit.objects.filter(provider=acting.provider, matched_at__isnull=False)
    context = {
        "form": form,
        "waiting": [(one, (today - one.day).days, proposals.proposals(one, among)) for one in rows[:WORK_LIST]],
        "count": rows.count(),
        "odd": len(odd_payments.waiting(acting.provider)),
        "done": done.select_related("matched_by")
        .prefetch_related("parts__contract__organisation")
        .order_by("-matched_at")[:20],
        "aside": [(one, (today - one.day).days) for one in aside.order_by("day", "pk")[:WORK_LIST]],
        "files": bank_files.untouched(acting.provider).select_related("read_by").order_by("-pk")[:10],
        "uploads": CsvUpload.objects.filter(provider=acting.provider).order_by("-pk")[:5],
        "reasons": REASONS,
    }
    return render(request, "billing/deposits.html", context)


def _read(request: HttpRequest, given: Any) -> HttpResponseBase:
    """A file by the bankers' layout is read at once; a CSV is looked at first."""
    acting, content = acting_of(request), given.read()
    if _in_records(content):
        file = deposits.read_file(provider=acting.provider, person=acting.person, name=given.name, content=content)
        messages.success(request, _("%(rows)s deposits were read.") % {"rows": file.rows})
        if strange := bank_files.strange_accounts(file):
            said = _(
                "This file is about the account %(account)s; your own is %(own)s. If it is not yours, take it back."
            )
            own = zengin.account_of(acting.provider.collection)
            messages.warning(request, said % {"account": ", ".join(strange), "own": own})
        if file.known:
            messages.info(request, _("%(rows)s were in an earlier file and were left out.") % {"rows": file.known})
        if file.cancelled:
            said = _("The bank takes back %(rows)s deposits that it told before. Look for them in the list.")
            messages.warning(request, said % {"rows": file.cancelled})
        return redirect("billing-deposits")
    kept = bank_csv.upload(provider=acting.provider, person=acting.person, name=given.name, content=content)
    return redirect("billing-csv", kept.public_id)


@staff_required("payments.import")
@require_POST
def take_file_back(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """A file that was read by mistake."""
    acting = acting_of(request)
    file = get_object_or_404(BankFile.objects.select_related("provider"), provider=acting.provider, sha256=sha256)
    with saying(request, _("“%(name)s” was taken back. It can be read again.") % {"name": file.name}):
        bank_files.take_back(file=file, person=acting.person)
    return redirect("billing-deposits")


def _in_records(content: bytes) -> bool:
    """Whether a file is by the bankers' layout, perhaps a damaged one: no separators and no early end of a line."""
    return len(content) >= 100 and not any(sign in content[:100] for sign in (b",", b"\t", b"\n", b"\r", b"\x00"))


@staff_required("payments.import")
def csv_preview(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """What taking a bank's CSV would bring; take it or put it away."""
    acting = acting_of(request)
    row = get_object_or_404(CsvUpload.objects.select_related("layout"), provider=acting.provider, public_id=public_id)
    try:
        if request.method == "POST" and request.POST.get("what") == "take":
            file = bank_csv.take(upload=row, person=acting.person)
            messages.success(request, _("%(rows)s deposits were read.") % {"rows": file.rows})
            return redirect("billing-deposits")
        if request.method == "POST":
            bank_csv.put_away(upload=row, person=acting.person)
            return redirect("billing-deposits")
        found = bank_csv.preview(acting.provider, row.layout, bytes(row.content))
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("billing-deposits")
    return render(request, "billing/csv_preview.html", {"upload": row, "found": found})


@require_POST
@staff_required("payments.match")
def match(request: HttpRequest) -> HttpResponseBase:
    """Match one deposit, set it aside, or match all that are sure."""
    acting, what = acting_of(request), request.POST.get("what", "")
    try:
        if what == "sure":
            count = deposits.match_all_sure(provider=acting.provider, person=acting.person)
            messages.success(request, _("%(count)s deposits were matched.") % {"count": count})
            return redirect("billing-deposits")
        deposit = get_object_or_404(BankDeposit, provider=acting.provider, public_id=_uuid(request, "deposit"))
        _do(request, deposit, what)
        messages.success(request, _("Saved."))
    except NotPossible as error:
        messages.error(request, str(error))
        if what in ("split", "agency", "back", "undo"):
            return redirect("billing-deposit", deposit.public_id)
    return redirect("billing-deposits")


def _do(request: HttpRequest, deposit: BankDeposit, what: str) -> None:
    acting, given = acting_of(request), request.POST
    if what == "undo":
        matching.undo(deposit=deposit, person=acting.person, why=given.get("why", ""))
    elif what in ("aside", "unknown"):
        why = given.get("why", "")
        deposits.set_aside(deposit=deposit, person=acting.person, why=why, unknown=what == "unknown")
    elif what == "agency":
        agency = Agency.objects.filter(provider=acting.provider, public_id=_uuid(request, "agency")).first()
        if agency is None:
            raise NotPossible(_("Choose the agent."))
        agencies.remit_by_deposit(agency=agency, deposit=deposit, person=acting.person, fee=_yen(given.get("fee", "")))
    elif what == "back":
        form = AccountForm(given)
        if not form.is_valid():
            raise NotPossible(_("Fill in the whole bank account."))
        payables.send_back(deposit=deposit, person=acting.person, target=form.cleaned_data)
    else:
        parts = _parts(request, deposit)
        matching.allocate(deposit=deposit, parts=parts, person=acting.person, reason=given.get("reason", ""))


def _parts(request: HttpRequest, deposit: BankDeposit) -> list[tuple[Contract, int]]:
    """Contracts by number, each with its sum; one without a sum takes the whole deposit."""
    numbers, sums = request.POST.getlist("number"), request.POST.getlist("amount")
    parts = []
    for place, number in enumerate(numbers):
        amount = _yen(sums[place]) if place < len(sums) else deposit.amount
        if not number.strip() or (place < len(sums) and not amount):
            continue
        contract = Contract.objects.filter(provider=deposit.provider, number=number.strip()).first()
        if contract is None:
            raise NotPossible(_("There is no contract %(number)s. Check its number.") % {"number": number})
        parts.append((contract, amount))
    return parts


def _yen(text: str) -> int:
    try:
        return bank_csv.read_yen(text)
    except bank_csv.Wrong as error:
        raise NotPossible(str(error)) from None


def _uuid(request: HttpRequest, name: str) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get(name, ""))
    except ValueError:
        return uuid.UUID(int=0)


@staff_required("payments.read")
def deposit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """One deposit: split it, give it to an agent's account, send it back, or undo its match."""
    acting = acting_of(request)
    row = get_object_or_404(BankDeposit, provider=acting.provider, public_id=public_id)
    among = proposals.candidates(acting.provider)
    found = proposals.proposals(row, among) if not row.matched_at else []
    own = among.together.get(found[0].contract.organisation_id, []) if found else []
    planned = {one.pk: amount for one, amount in found[0].parts} if found else {}
    twins = BankDeposit.objects.filter(provider=acting.provider, day=row.day, amount=row.amount, payer=row.payer)
    context = {
        "deposit": row, "age": (clock.today() - row.day).days, "found": found, "reasons": REASONS,
        "rows": [(among.contracts[key], among.open[key], planned.get(key, 0)) for key in own],
        "parts": [
            (part, FITS[part.kind])
            for part in row.parts.select_related("contract__organisation", "matched_by", "undone_by").order_by("pk")
        ],
        "agencies": Agency.objects.filter(provider=acting.provider, ended_at__isnull=True).order_by("name"),
        "account": AccountForm(), "suspended": row.in_suspense % 2 == 1, "twin": twins.exclude(pk=row.pk).exists(),
    }  # fmt: skip
    return render(request, "billing/deposit.html", context)


@staff_required("payments.read")
def odd(request: HttpRequest) -> HttpResponseBase:
    """Payments that do not fit, by kind and age, each with its next step."""
    rows = odd_payments.waiting(acting_of(request).provider)
    kinds = [(kind, FITS[kind], [one for one in rows if one.part.kind == kind]) for kind in ("fee", "short", "over")]
    return render(request, "billing/odd_payments.html", {"kinds": kinds, "count": len(rows)})


@require_POST
@staff_required("payments.match")
def odd_step(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    acting = acting_of(request)
    part = get_object_or_404(DepositPart, deposit__provider=acting.provider, public_id=public_id)
    steps = {"bear": odd_payments.bear_fee, "keep": odd_payments.keep_over, "back": odd_payments.give_back_over}
    step = steps.get(request.POST.get("what", ""))
    with saying(request, _("Saved.")):
        if step is None:
            raise NotPossible(_("Choose the next step."))
        step(part=part, person=acting.person)
    return redirect("billing-odd")


@staff_required("payments.import")
def layouts(request: HttpRequest) -> HttpResponseBase:
    """The layouts of banks' CSV files; add one, or those of some banks."""
    acting = acting_of(request)
    if request.method == "POST" and request.POST.get("what") == "usual":
        count = bank_csv.add_usual(provider=acting.provider, person=acting.person)
        messages.success(request, _("%(count)s layouts were added.") % {"count": count})
        return redirect("billing-layouts")
    form = LayoutForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _saved(request, form, None):
        return redirect("billing-layouts")
    rows = [(one, _joined(one)) for one in BankLayout.objects.filter(provider=acting.provider).order_by("name")]
    return render(request, "billing/layouts.html", {"form": form, "rows": rows})


@staff_required("payments.import")
def layout(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Mend a layout, or drop it."""
    acting = acting_of(request)
    row = get_object_or_404(BankLayout, provider=acting.provider, public_id=public_id)
    if request.method == "POST" and request.POST.get("what") == "drop":
        bank_csv.drop_layout(layout=row, person=acting.person)
        return redirect("billing-layouts")
    form = LayoutForm(request.POST or None, initial={"name": row.name, **_joined(row)})
    if request.method == "POST" and form.is_valid() and _saved(request, form, row):
        return redirect("billing-layouts")
    return render(request, "billing/layouts.html", {"form": form, "row": row})


def _joined(row: BankLayout) -> dict[str, str]:
    return {key: "+".join(row.columns.get(key, [])) for key in bank_csv.FIELDS}


def _saved(request: HttpRequest, form: LayoutForm, row: BankLayout | None) -> bool:
    acting = acting_of(request)
    try:
        bank_csv.save_layout(
            provider=acting.provider, person=acting.person, name=form.cleaned_data["name"], columns=form.columns(),
            layout=row,
        )  # fmt: skip
    except NotPossible as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Saved."))
    return True
