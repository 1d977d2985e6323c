"""What an export is ordered with."""

import datetime as dt
from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, RadioField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from exports.flat_data import FlatTable
from qa.core.errors import InvalidInputError

# The text formats come first: they hold any number of rows, and every program reads them.
FORMAT_WORDS = {
    "csv": "CSV, a zip with a file for each table",
    "jsonl": "JSON Lines, a zip with a file for each table",
    "xlsx": "Excel workbook, a sheet for each table (slow above 100,000 rows)",
}
WEEKS_AT_FIRST = 13
TEXT_FIRST = 100_000  # rows above which a workbook is written only for somebody who was offered the others first


class OrderForm(FlaskForm):
    tables = SelectMultipleField("Tables", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput())
    first_day = DateField("First day", validators=[InputRequired("Choose a day.")])
    last_day = DateField("Last day", validators=[InputRequired("Choose a day.")])
    format = RadioField(
        "Format", choices=[SelectChoice(form, words) for form, words in FORMAT_WORDS.items()], default="csv"
    )
    sure = BooleanField()  # the choice of a format was asked for once more

    @classmethod
    def for_tables(cls, tables: Sequence[FlatTable], today: dt.date) -> "OrderForm":
        """The form with these tables to choose from, and the last thirteen weeks."""
        form = cls(first_day=today - dt.timedelta(weeks=WEEKS_AT_FIRST), last_day=today)
        form.tables.choices = [SelectChoice(table.name, table.title) for table in tables]
        return form

    def refuse(self, error: InvalidInputError) -> None:
        """Show a refusal beside the fields that it names."""
        for name, message in error.fields.items():
            self[name].errors = [message]
