"""Forms of incidents and maintenance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from musubu.clock import TOKYO
from musubu.contracts import services

LANGUAGES = (("ja", "日本語"), ("en", "English"), ("zh", "简体中文"))
CAUSE = [
    ("provider", gettext_lazy("ours")),
    ("carrier", gettext_lazy("a carrier's")),
    ("force-majeure", gettext_lazy("force majeure")),
    ("maintenance", gettext_lazy("maintenance")),
]


class MomentField(forms.DateTimeField):
    """A moment in Tokyo time."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **more)

    def clean(self, value: Any) -> datetime | None:
        found: datetime | None = super().clean(value)
        return found.replace(tzinfo=TOKYO) if found else None


class ReportForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("incident", gettext_lazy("Incident")), ("maintenance", gettext_lazy("Planned maintenance"))],
    )
    service = forms.ChoiceField(label=gettext_lazy("Service"))
    impact = forms.ChoiceField(
        label=gettext_lazy("Effect"),
        choices=[("outage", gettext_lazy("totally unavailable")), ("degraded", gettext_lazy("slow or partly broken"))],
    )
    starts_at = MomentField(label=gettext_lazy("From"))
    ends_at = MomentField(
        label=gettext_lazy("Planned end"), required=False, help_text=gettext_lazy("For a maintenance.")
    )
    title_ja = forms.CharField(label="日本語", max_length=200)
    title_en = forms.CharField(label="English", max_length=200, required=False)
    title_zh = forms.CharField(label="简体中文", max_length=200, required=False)

    def __init__(self, *args: Any, lang: str, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["service"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.id, one.names.get(lang, one.id)) for one in services.all_services()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == "maintenance" and not data.get("ends_at"):
            self.add_error("ends_at", gettext_lazy("A maintenance needs its planned end."))
        return data


class UpdateForm(forms.Form):
    text_ja = forms.CharField(label="日本語", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    text_en = forms.CharField(
        label="English", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    text_zh = forms.CharField(
        label="简体中文", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ResolveForm(forms.Form):
    ends_at = MomentField(label=gettext_lazy("Over since"))
    cause = forms.ChoiceField(label=gettext_lazy("Cause"), choices=CAUSE)


def texts(data: dict[str, Any], kind: str) -> dict[str, str]:
    """{"ja", "en", "zh"} of what was typed, empty ones left out."""
    return {code: data[f"{kind}_{code}"] for code, _name in LANGUAGES if data.get(f"{kind}_{code}")}
