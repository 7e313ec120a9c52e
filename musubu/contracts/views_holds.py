"""Legal holds, put and lifted on the contract's page by the provider's staff."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from musubu.contracts import holds
from musubu.contracts.models import Contract
from musubu.parties.decorators import acting_of, staff_required
from musubu.refusals import NotPossible


@require_POST
@staff_required("contracts.hold")
def hold(request: HttpRequest, public_id: object) -> HttpResponseBase:
    """`ground` is "clause|ground"; `what` lift ends the hold."""
    acting = acting_of(request)
    row = get_object_or_404(Contract, provider=acting.provider, public_id=public_id)
    clause, _bar, ground = request.POST.get("ground", "").partition("|")
    try:
        if request.POST.get("what") == "lift":
            holds.lift(contract=row, person=acting.person)
            messages.success(request, _("The hold is lifted. What fell due meanwhile is deleted now."))
        else:
            note = request.POST.get("note", "")
            holds.put(contract=row, person=acting.person, clause=clause, ground=ground, note=note)
            messages.success(request, _("Nothing of this contract is deleted from now on."))
    except NotPossible as error:
        messages.error(request, str(error))
    return redirect("contracts-contract", row.public_id)
