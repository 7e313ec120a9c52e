"""Staff pages of what is on offer: prices, versions of terms, the end of a whole service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from musubu import clock
from musubu.contracts import actions, catalogue, offering, services
from musubu.contracts.forms import DateInput
from musubu.contracts.models import Option, Plan
from musubu.parties.decorators import acting_of, staff_required
from musubu.parties.models import Provider
from musubu.refusals import NotPossible

MOST_YEN = 10**10


class PriceForm(forms.Form):
    of = forms.ChoiceField(label=gettext_lazy("Plan or option"))
    valid_from = forms.DateField(label=gettext_lazy("Valid from"), widget=DateInput())
    monthly_fee = forms.IntegerField(label=gettext_lazy("Monthly fee, yen before tax"), min_value=0, max_value=MOST_YEN)
    initial_fee = forms.IntegerField(
        label=gettext_lazy("Initial fee, yen before tax"), min_value=0, max_value=MOST_YEN, initial=0
    )

    def __init__(self, *args: Any, things: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["of"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = things


class TermsForm(forms.Form):
    effective_on = forms.DateField(label=gettext_lazy("In force from"), widget=DateInput())
    figures = forms.CharField(
        label=gettext_lazy("Figures (a terms file)"), widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"})
    )
    ja = forms.CharField(label="日本語", widget=forms.Textarea(attrs={"rows": 10}))
    en = forms.CharField(label="English", widget=forms.Textarea(attrs={"rows": 10}))
    zh = forms.CharField(label="简体中文", widget=forms.Textarea(attrs={"rows": 10}))


class EndForm(forms.Form):
    on = forms.DateField(label=gettext_lazy("Last day of the service"), widget=DateInput())

    def clean_on(self) -> Any:
        if self.cleaned_data["on"] <= clock.today():
            raise forms.ValidationError(_("This day has passed. Choose a day to come."))
        return self.cleaned_data["on"]


def known_service(service: str) -> services.Service:
    try:
        return services.get(service)
    except KeyError:
        raise Http404 from None


@staff_required("catalogue.read")
def running(request: HttpRequest) -> HttpResponseBase:
    """All services: running contracts, terms in force."""
    provider = acting_of(request).provider
    rows = [
        (one, offering.running(provider, one.id), catalogue.versions(provider, one.id))
        for one in services.all_services()
    ]
    return render(request, "contracts/running.html", {"rows": rows})


def _things(provider: Provider, service: str, lang: str) -> dict[str, Plan | Option]:
    plans = Plan.objects.filter(provider=provider, service=service).order_by("position")
    options = Option.objects.filter(provider=provider, service=service)
    return {f"plan-{one.code}": one for one in plans} | {f"option-{one.code}": one for one in options}


@staff_required("catalogue.read")
def desk(request: HttpRequest, service: str) -> HttpResponseBase:
    """One service: its prices over time, its versions of terms, and its end."""
    from musubu.contracts.views_public import short_language

    plug, acting, lang = known_service(service), acting_of(request), short_language()
    things = _things(acting.provider, service, lang)
    form = PriceForm(request.POST or None, things=[(key, one.names.get(lang, key)) for key, one in things.items()])
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            offering.announce_price(
                of=things[data["of"]], person=acting.person, valid_from=data["valid_from"],
                monthly_fee=data["monthly_fee"], initial_fee=data["initial_fee"],
            )  # fmt: skip
            messages.success(request, _("The price is announced."))
            return redirect("contracts-desk", service)
        except NotPossible as error:
            form.add_error("valid_from", str(error))
    context = {
        "service": plug,
        "things": [(one, one.prices.order_by("-valid_from")) for one in things.values()],
        "versions": catalogue.versions(acting.provider, service),
        "form": form,
        "end": EndForm(),
        "running": offering.running(acting.provider, service),
        "today": clock.today(),
    }
    return render(request, "contracts/desk.html", context)


@staff_required("terms.publish")
def publish(request: HttpRequest, service: str) -> HttpResponseBase:
    """A new version of the terms, made from the newest one."""
    plug, acting = known_service(service), acting_of(request)
    last = next(iter(catalogue.versions(acting.provider, service)), None)
    initial = {"figures": last.figures, **last.texts} if last else {}
    form = TermsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            row = offering.publish_terms(
                provider=acting.provider, person=acting.person, service=service, figures=data["figures"],
                texts={lang: data[lang] for lang in ("ja", "en", "zh")}, effective_on=data["effective_on"],
            )  # fmt: skip
            messages.success(request, _("Version %(version)s is published.") % {"version": row.version})
            return redirect("contracts-desk", service)
        except NotPossible as error:
            form.add_error(None, str(error))
    return render(request, "contracts/publish_terms.html", {"service": plug, "form": form})


@staff_required("contracts.end-service")
def end(request: HttpRequest, service: str) -> HttpResponseBase:
    """The provider ends a whole service: first what it means, then, confirmed, the end itself."""
    plug, acting = known_service(service), acting_of(request)
    form = EndForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        for said in form.errors.get("on", []):
            messages.error(request, str(said))
        return redirect("contracts-desk", service)
    day = form.cleaned_data["on"]
    if "confirmed" in request.POST:
        ended = actions.end_service(provider=acting.provider, service=service, on=day, person=acting.person)
        messages.success(request, _("%(count)s contracts end with the service.") % {"count": len(ended)})
        return redirect("contracts-desk", service)
    context = {"service": plug, "on": day, "running": offering.running(acting.provider, service)}
    return render(request, "contracts/end_service.html", context)
