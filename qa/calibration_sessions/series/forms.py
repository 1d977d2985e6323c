"""Shape of a series of sessions."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from qa.calibration_sessions.recipes import KINDS, MOST
from qa.calibration_sessions.series.rules import RHYTHMS
from qa.core.fields import CheckList, NumberRange

NUMBER = (InputRequired("Enter a number, or 0."), NumberRange(min=0, max=MOST, message=f"Between 0 and {MOST}."))


class SeriesForm(FlaskForm):
    """A series, with the number of parts of each kind; ``version`` is the state that was on the page."""

    version = IntegerField(default=0, widget=HiddenInput())
    title = StringField("Title", validators=[InputRequired("Give the series a title."), Length(max=160)])
    family = SelectField("Rubric", coerce=int)
    rhythm = SelectField("How often", choices=[SelectChoice(key, words) for key, words in RHYTHMS.items()])
    starts_on = DateField("First day", validators=[InputRequired("Say on which day the first session opens.")])
    due_days = IntegerField(
        "Days to score",
        default=5,
        validators=[InputRequired("Enter a number of days."), NumberRange(min=1, max=60, message="From 1 to 60 days.")],
    )
    queue = SelectField("Queue")
    drawn = IntegerField(KINDS["drawn"], default=2, validators=NUMBER)
    differing = IntegerField(KINDS["differing"], default=2, validators=NUMBER)
    lowest = IntegerField(KINDS["lowest"], default=1, validators=NUMBER)
    fresh = IntegerField(KINDS["fresh"], default=0, validators=NUMBER)
    anchors = IntegerField(KINDS["anchors"], default=1, validators=NUMBER)
    participants = CheckList("Participants", coerce=int)
    anonymous = BooleanField("Anonymous: nobody is named at the reveal, not even to the facilitator")


class SeriesVersionForm(FlaskForm):
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())
