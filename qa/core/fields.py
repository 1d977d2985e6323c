"""Form fields that several rooms use."""

from wtforms import Field, Form, SelectMultipleField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget


class CheckList(SelectMultipleField):
    """Several choices as tick boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class AtLeastOne:
    """One choice of a list has to be made. Not `InputRequired`: that would ask the browser for every box."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: Form, field: Field) -> None:
        if not field.data:
            field.errors = []
            raise StopValidation(self.message)
