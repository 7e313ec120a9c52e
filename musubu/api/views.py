"""Pages of the HTTP API: keys, webhooks with their log, and what the API offers."""

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

from musubu.api import keys, webhooks
from musubu.api.models import ApiKey, Delivery, Webhook
from musubu.api.urls import api
from musubu.parties.decorators import acting_of, member_required
from musubu.parties.permissions import membership_allows
from musubu.refusals import NotPossible
from musubu.tables import Column, Table


class KeyForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"),
        choices=[("read", gettext_lazy("read")), ("write", gettext_lazy("write"))],
        widget=forms.CheckboxSelectMultiple,
    )


class WebhookForm(forms.Form):
    url = forms.URLField(label=gettext_lazy("Address"), max_length=500, assume_scheme="https")
    events = forms.MultipleChoiceField(
        label=gettext_lazy("What it hears (none chosen: everything)"),
        choices=lambda: [(event, event) for event in webhooks.all_events()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


def _own(request: HttpRequest) -> dict[str, Any]:
    acting = acting_of(request)
    return {"provider": acting.provider, "organisation": acting.organisation}


def _person(request: HttpRequest) -> Any:
    return acting_of(request).person


def _page(request: HttpRequest, **more: Any) -> HttpResponseBase:
    context = {
        "keys": ApiKey.objects.filter(**_own(request)).select_related("person").order_by("-pk"),
        "webhooks": Webhook.objects.filter(**_own(request)).order_by("-pk"),
        "key_form": KeyForm(),
        "webhook_form": WebhookForm(),
        **more,
    }
    return render(request, "api/keys.html", context)


@member_required("keys.read")
def listing(request: HttpRequest) -> HttpResponseBase:
    return _page(request)


@require_POST
@member_required("keys.create")
def create_key(request: HttpRequest) -> HttpResponseBase:
    """The key's text is shown this once."""
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, key_form=form)
    _row, text = keys.create(**_own(request), person=_person(request), **form.cleaned_data)
    return _page(request, fresh_key=text)


@require_POST
@member_required("keys.revoke")
def revoke_key(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    keys.revoke(key=get_object_or_404(ApiKey, **_own(request), public_id=public_id), person=_person(request))
    messages.success(request, _("The key opens nothing any more."))
    return redirect("api-keys")


@require_POST
@member_required("webhooks.create")
def create_webhook(request: HttpRequest) -> HttpResponseBase:
    form = WebhookForm(request.POST)
    if form.is_valid():
        try:
            row = webhooks.create(**_own(request), person=_person(request), **form.cleaned_data)
            return redirect("api-webhook", row.public_id)
        except NotPossible as error:
            form.add_error("url", str(error))
    return _page(request, webhook_form=form)


def _webhook(request: HttpRequest, public_id: uuid.UUID) -> Webhook:
    return get_object_or_404(Webhook, **_own(request), public_id=public_id)


COLUMNS = [
    Column(gettext_lazy("When"), lambda one: one.created_at.isoformat(timespec="seconds"), "created_at"),
    Column(gettext_lazy("What"), lambda one: one.kind, "kind"),
    Column(gettext_lazy("Tries"), lambda one: one.tries, "tries"),
    Column(gettext_lazy("Answer"), lambda one: one.status, "status"),
    Column(gettext_lazy("Arrived"), lambda one: one.delivered_at, "delivered_at"),
]


@member_required("webhooks.read")
def webhook(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """One webhook: its secret, and the log of its messages."""
    row = _webhook(request, public_id)
    table = Table(request, Delivery.objects.filter(webhook=row).order_by("-pk"), COLUMNS)
    if request.GET.get("format") == "csv":
        return table.csv("deliveries")
    acting = acting_of(request)
    may_secret = membership_allows(acting.membership, "webhooks.create")
    context = {"webhook": row, "table": table, "page": table.page, "may_secret": may_secret}
    return render(request, "api/webhook.html", context)


@require_POST
@member_required("webhooks.create")
def change_webhook(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Revoke it, send a test, or try a message again."""
    row, what = _webhook(request, public_id), request.POST.get("what", "")
    if what == "revoke":
        webhooks.revoke(webhook=row, person=_person(request))
        messages.success(request, _("Nothing is told to this address any more."))
    elif what == "test":
        webhooks.send_test(webhook=row, person=_person(request))
        messages.success(request, _("A test message is on its way; look at the log."))
    else:
        delivery = get_object_or_404(Delivery, webhook=row, message_id=request.POST.get("message", ""))
        webhooks.try_again(delivery=delivery, person=_person(request))
        messages.success(request, _("It is tried again now."))
    return redirect("api-webhook", row.public_id)


def reference(request: HttpRequest) -> HttpResponseBase:
    """What the API offers, read from its own OpenAPI description."""
    schema = api.get_openapi_schema()
    calls = [
        {
            "path": path,
            "method": method.upper(),
            "summary": call.get("summary", ""),
            "description": call.get("description", ""),
            "parameters": call.get("parameters", []),
            "keyed": "security" in call,
        }
        for path, methods in schema["paths"].items()
        for method, call in methods.items()
    ]
    return render(request, "api/reference.html", {"calls": calls, "events": webhooks.all_events()})
