"""Shapes of what the sampling room asks for."""

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from qa.core.fields import AtLeastOne, CheckList
from qa.sampling.plans import MOST_PER_SPECIALIST


class PlanForm(FlaskForm):
    name = StringField("Name", validators=[InputRequired("Give the plan a name."), Length(max=80)])
    amount = IntegerField(
        "Reviews per specialist and week",
        validators=[
            InputRequired("Say how many."),
            NumberRange(1, MOST_PER_SPECIALIST, f"From 1 to {MOST_PER_SPECIALIST}."),
        ],
    )
    queues = CheckList("Only these queues")


class DrawForm(FlaskForm):
    period = SelectField("Week")
    plans = CheckList("Plans", coerce=int, validators=[AtLeastOne("Choose at least one plan.")])
