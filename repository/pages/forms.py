"""What our forms share: Vietnamese dates and our widgets' classes."""

from __future__ import annotations

from typing import Any

from django import forms

DATES = ["%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"]


class Styled:
    """Dates are written and read as in Vietnam: 05/02/2022."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.input_formats = DATES
                field.widget = forms.DateInput(
                    format="%d/%m/%Y", attrs={"placeholder": "05/02/2022", "inputmode": "numeric"}
                )
