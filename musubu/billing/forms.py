"""Forms of billing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy

from musubu.contracts.forms import DateInput

MOST_YEN = 10**12
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)  # that pages of the books take
MOST_FILE = 20_000_000  # bytes: a bank's file of 100,000 deposits


class DayField(forms.DateField):
    """A day that books can know: clocks and calendars end where nobody means to go."""

    def __init__(self, **more: Any) -> None:
        validators = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
        super().__init__(**more, validators=validators)


class FindForm(forms.Form):
    """By date, amount and party, alone or together (電子帳簿保存法)."""

    first = DayField(label=gettext_lazy("Issued from"), required=False, widget=DateInput())
    last = DayField(label=gettext_lazy("to"), required=False, widget=DateInput())
    least = forms.IntegerField(label=gettext_lazy("Yen from"), required=False, min_value=0, max_value=MOST_YEN)
    most = forms.IntegerField(label=gettext_lazy("Yen to"), required=False, min_value=0, max_value=MOST_YEN)
    party = forms.CharField(label=gettext_lazy("Company or contract"), required=False, max_length=100)


class FileForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("Deposit notice of the bank (200 bytes a record)"), max_length=200)

    def clean_file(self) -> object:
        given = self.cleaned_data["file"]
        if given.size > MOST_FILE:
            raise forms.ValidationError(gettext_lazy("This file is larger than 20 MB. Choose the bank's own file."))
        return given
