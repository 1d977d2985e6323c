"""Shapes of what the rubric library asks for."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

LONGEST_FACT = 100


class UploadForm(FlaskForm):
    file = FileField("Rubric file", validators=[FileRequired("Choose a YAML file.")])


class PublishForm(FlaskForm):
    effective_from = DateField(
        "In force from", validators=[InputRequired("Say from which day the version is in force.")]
    )


class RuleForm(FlaskForm):
    family = SelectField("Rubric", coerce=int)
    queue = StringField("Queue", validators=[Optional(), Length(max=LONGEST_FACT)])
    channel = StringField("Channel", validators=[Optional(), Length(max=LONGEST_FACT)])
    language = StringField("Language", validators=[Optional(), Length(max=LONGEST_FACT)])
    valid_from = DateField("Resolved from", validators=[InputRequired("Say from which day the rule holds.")])
