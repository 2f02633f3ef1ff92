"""What forms share."""

from __future__ import annotations

from collections.abc import Mapping

from flask_wtf import FlaskForm


def stripped(value: str | None) -> str | None:
    """A WTForms filter: surrounding white space is never meant."""
    return value.strip() if value else value


def add_errors(form: FlaskForm, errors: Mapping[str, str]) -> None:
    """Show a service's refusals (``Invalid.errors``) at their fields; those of no field stand above the form."""
    for name, sentence in errors.items():
        if name in form:
            form[name].errors = [*form[name].errors, sentence]
        else:
            form.form_errors.append(sentence)
