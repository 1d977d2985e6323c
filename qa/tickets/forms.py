"""Shapes of what this room asks for."""

from flask_wtf import FlaskForm
from wtforms import MultipleFileField, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from qa.tickets.intake import FORMATS

MOST_FILES = 50


class IntakeForm(FlaskForm):
    format = RadioField(
        "Where the files come from",
        choices=[SelectChoice(each.name, each.title) for each in FORMATS.values()],
        default=next(iter(FORMATS)),
        validators=[InputRequired("Say which help desk the files come from.")],
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
