"""What the forms of several rooms share: fields, and how a form that does not fit is shown again."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import make_response, request
from flask.typing import ResponseReturnValue
from wtforms import Field, Form, SelectMultipleField
from wtforms.validators import NumberRange as OfWTForms
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from qa.core.db import db
from qa.core.errors import InvalidInputError

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


class CheckList(SelectMultipleField):
    """Several choices as tick boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class NumberRange(OfWTForms):
    """WTForms' own; a number that no float holds is outside of any range, and not an error of ours."""

    def __call__(self, form: Form, field: Field) -> None:
        if isinstance(field.data, int) and abs(field.data) >= 2**63:
            raise ValidationError(self.message or "This number is out of range.")
        super().__call__(form, field)


class AtLeastOne:
    """One choice of a list has to be made. Not `InputRequired`: that would ask the browser for every box."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: Form, field: Field) -> None:
        if not field.data:
            field.errors = []
            raise StopValidation(self.message)


def shown_again(page: Callable[..., str]) -> Callable[[View[P]], View[P]]:
    """Answer input that names its fields with ``page(..., typed=, errors=)`` and 422; nothing of it is kept.

    ``page`` takes what the address holds, as the view does.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def sent(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            try:
                return view(*args, **kwargs)
            except InvalidInputError as error:
                if not error.fields:
                    raise
                db.session.rollback()
                return make_response(page(*args, typed=request.form, errors=error.fields, **kwargs), 422)

        return sent

    return decorate
