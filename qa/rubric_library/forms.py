"""Shapes of what the rubric library asks for."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

LONGEST_FACT = 100
LONGEST_NAME = 120
LONGEST_NOTE = 2000


class UploadForm(FlaskForm):
    file = FileField("Rubric file", validators=[FileRequired("Choose a YAML file.")])


class NewForm(FlaskForm):
    name = StringField("Name", validators=[InputRequired("Give the rubric a name."), Length(max=LONGEST_NAME)])


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


class ProcedureForm(FlaskForm):
    name = StringField("Name", validators=[InputRequired("Give the procedure a name."), Length(max=LONGEST_NAME)])
    key = StringField("Key", validators=[InputRequired("Criteria name it by a key."), Length(max=LONGEST_NAME)])
    owner = SelectField("Owner", coerce=int)


class ProcedureVersionForm(FlaskForm):
    label = StringField("Version", validators=[InputRequired("Say which version this is."), Length(max=40)])
    url = StringField("Address", validators=[InputRequired("Say where it is found."), Length(max=2000)])
    effective_from = DateField("Valid from", validators=[InputRequired("Say from which day it is valid.")])
    review_by = DateField("Review by", validators=[Optional()])
    what_changed = TextAreaField("What changed", validators=[Optional(), Length(max=LONGEST_NOTE)])
