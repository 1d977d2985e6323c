"""Shapes of what the flag workflow asks for."""

from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from qa.reviewer_drift.cases import LONGEST
from qa.reviewer_drift.models import CASE_OUTCOMES

OUTCOME_WORDS = {"corrected": "Corrected", "new_standard": "New standard", "not_drift": "Not drift"}


class VersionForm(FlaskForm):
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())


class MessageForm(FlaskForm):
    text = TextAreaField("Your words", validators=[InputRequired("Write something."), Length(max=LONGEST)])


class SessionForm(VersionForm):
    session = SelectField("Session", coerce=int, validate_choice=True)


class SettleForm(VersionForm):
    outcome = RadioField(
        "What it was",
        choices=[SelectChoice(each, OUTCOME_WORDS[each]) for each in CASE_OUTCOMES],
        validators=[InputRequired("Choose what it was.")],
    )
    reason = TextAreaField("Why", validators=[InputRequired("Say why."), Length(max=LONGEST)])


class FairForm(FlaskForm):
    base = IntegerField(validators=[InputRequired()], widget=HiddenInput())
    fair = RadioField(
        "Fair means beside the raw ones", choices=[SelectChoice("on", "Shown"), SelectChoice("off", "Not shown")]
    )
