"""Forms of the notice board and of writing to the provider."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

LANGUAGES = (("ja", "日本語"), ("en", "English"), ("zh", "简体中文"))


class PostForm(forms.Form):
    """A notice in three languages; where one is left empty, the Japanese text is shown."""

    clause = forms.CharField(label=gettext_lazy("Clause"), max_length=20, required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for code, name in LANGUAGES:
            first = code == "ja"
            self.fields[f"title_{code}"] = forms.CharField(label=f"{name}", max_length=200, required=first)
            self.fields[f"body_{code}"] = forms.CharField(
                label=f"{name}", max_length=8000, required=first, widget=forms.Textarea(attrs={"rows": 4})
            )
            self.fields[f"title_{code}"].label = f"{TITLE} ({name})"
            self.fields[f"body_{code}"].label = f"{TEXT} ({name})"
        self.order_fields([name for name in self.fields if name != "clause"])

    def texts(self, kind: str) -> dict[str, str]:
        given = {code: self.cleaned_data[f"{kind}_{code}"] for code, _name in LANGUAGES}
        return {code: text for code, text in given.items() if text}


TITLE, TEXT = gettext_lazy("Title"), gettext_lazy("Text")


class ContactForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=120)
    company = forms.CharField(label=gettext_lazy("Company"), max_length=200, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=150)
    text = forms.CharField(label=gettext_lazy("Message"), max_length=5000, widget=forms.Textarea(attrs={"rows": 7}))
    website = forms.CharField(required=False, widget=forms.HiddenInput)  # only robots fill it in
