"""Shape of a new bridge study."""

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from qa.core.fields import AtLeastOne, CheckList, NumberRange
from qa.rubric_studies.bridging import FEWEST, MOST

WAYS = [
    SelectChoice("double", "Two reviewers a part, one under each version; they trade places from part to part"),
    SelectChoice("session", "A calibration session under this version, on parts that were scored under the other"),
]


class BridgeForm(FlaskForm):
    old = SelectField("Other version", coerce=int)
    way = RadioField("How", choices=WAYS, default="double")
    parts = IntegerField(
        "Parts",
        default=20,
        validators=[
            InputRequired("Say how many parts."),
            NumberRange(FEWEST, MOST, f"Choose {FEWEST} to {MOST} parts."),
        ],
    )
    reviewers = CheckList("Reviewers", coerce=int, validators=[AtLeastOne("Choose at least two reviewers.")])
    due_on = DateField("Scored by", validators=[InputRequired("Say until when the parts are scored.")])
