"""Shapes of what this room asks for."""

import datetime as dt

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    IntegerField,
    MultipleFileField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from qa.core.clock import utcnow
from qa.core.errors import InvalidInputError
from qa.tickets.intake.formats import FORMATS, TABLES
from qa.tickets.live.connections import SCHEDULES, TITLES, Wanted
from qa.tickets.live.desks import PULLS

MOST_FILES = 50
RECOGNISED = "any"  # the form's word for whichever format the files turn out to have
TABLE_TITLE = "A table: CSV, TSV, Excel or JSON Lines"
UPLOADS = [each for each in FORMATS.values() if not each.mapped or each.name == TABLES]


class ConnectionForm(FlaskForm):
    """How a source is pulled. An empty token keeps the one that is stored."""

    kind = SelectField("Help desk", choices=[SelectChoice(kind, TITLES[kind]) for kind in PULLS])
    name = StringField("Name", validators=[Length(max=60, message="A name has at most 60 characters.")])
    base_url = StringField("Address", validators=[InputRequired("Type the help desk's address."), Length(max=300)])
    user = StringField("Agent's e-mail", validators=[Length(max=200)])
    token = PasswordField("API token", validators=[Length(max=2000)], render_kw={"autocomplete": "off"})
    start_on = DateField("Tickets changed since", validators=[InputRequired("Choose a day.")])
    every_hours = SelectField(
        "Pull", choices=[SelectChoice(str(hours or ""), words) for hours, words in SCHEDULES.items()], default=""
    )
    version = IntegerField("Version", validators=[Optional()])

    def validate_start_on(self, field: DateField) -> None:
        if field.data is not None and not dt.date(2000, 1, 1) <= field.data <= utcnow().date():
            raise ValidationError("Choose a day since 2000 and not after today.")

    def wanted(self) -> Wanted:
        """What was typed, once it is valid."""
        day = self.start_on.data or utcnow().date()
        return Wanted(
            base_url=(self.base_url.data or "").strip(),
            user=self.user.data or "",
            token=(self.token.data or "").strip(),
            start_at=dt.datetime.combine(day, dt.time.min, dt.UTC),
            every_hours=int(self.every_hours.data) if self.every_hours.data else None,
        )

    def refuse(self, error: InvalidInputError) -> None:
        """Show a refusal beside the fields that it names."""
        for name, message in (error.fields or {"base_url": str(error)}).items():
            self[name].errors = [message]


class IntakeForm(FlaskForm):
    format = RadioField(
        "Where the files come from",
        choices=[
            SelectChoice(RECOGNISED, "Recognise it"),
            *(SelectChoice(each.name, TABLE_TITLE if each.mapped else each.title) for each in UPLOADS),
        ],
        default=RECOGNISED,
        validators=[InputRequired("Say which help desk the files come from.")],
    )
    source = StringField(
        "Name of the account", validators=[Length(max=60, message="A name has at most 60 characters.")]
    )
    files = MultipleFileField(
        "Files", render_kw={"accept": ".zip,.gz,.jsonl,.ndjson,.json,.csv,.tsv,.tab,.txt,.xlsx,.xlsm,.xls,.ods"}
    )

    def validate_files(self, field: MultipleFileField) -> None:
        """At least one file, and no more than a person would pick."""
        chosen = [each for each in field.data or () if getattr(each, "filename", "")]
        if not chosen:
            raise ValidationError("Choose the files of the export.")
        if len(chosen) > MOST_FILES:
            raise ValidationError(f"These are more than {MOST_FILES} files: put them into one zip.")
        field.data = chosen
