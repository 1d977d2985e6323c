"""Shapes of what the sampling room asks for."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from flask_wtf import FlaskForm
from wtforms import DecimalField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from qa.core.fields import AtLeastOne, CheckList, NumberRange
from qa.sampling import fields, targeting
from qa.sampling.kinds import KINDS, NEW_DAYS
from qa.sampling.schedules import SCHEDULES

FILTER = "where_"
SHARE = NumberRange(min=0, max=100, message="Between 0 and 100 %%.")  # the message is a format


class PlanForm(FlaskForm):
    """A plan; ``plan_form`` adds a list of ticks for each field it can select on."""

    version = HiddenField()
    name = StringField("Name", validators=[InputRequired("Give the plan a name."), Length(max=80)])
    kind = RadioField(
        "What should it draw?",
        choices=[SelectChoice(kind.name, f"{kind.label}. {kind.says}") for kind in KINDS.values()],
        default="quota_per_specialist",
        validators=[InputRequired("Choose a kind of plan.")],
    )
    amount = IntegerField("How many reviews", validators=[Optional()])
    strata = CheckList(
        "Groups are made by", choices=[SelectChoice(name, fields.label_of(name)) for name in fields.STRATA]
    )
    days = IntegerField("New means in the first ... days", default=NEW_DAYS, validators=[Optional()])
    schedule = SelectField(
        "How often", choices=[SelectChoice(key, words) for key, words in SCHEDULES.items()], default="weekly"
    )
    once = StringField("Which week", validators=[Optional(), Length(max=8)])
    self_share = DecimalField(
        "Also to their own specialists, % of the drawn parts", default=0, validators=[Optional(), SHARE], places=1
    )
    peer_share = DecimalField(
        "Also to another specialist, % of the drawn parts", default=0, validators=[Optional(), SHARE], places=1
    )
    until = StringField("Last week", validators=[Optional(), Length(max=8)])


def plan_form(values: Mapping[str, Sequence[tuple[str, str]]]) -> PlanForm:
    """The form with a filter for each field: ``values`` holds what to tick as (value, label)."""
    more = {
        FILTER + quote(name, safe=""): CheckList(
            fields.label_of(name), choices=[SelectChoice(value, label) for value, label in known]
        )
        for name, known in values.items()
    }
    made: PlanForm = type("PlanFormWithFilters", (PlanForm,), more)()
    return made


class DrawForm(FlaskForm):
    """A draw by all plans of the week."""


class SupplementForm(FlaskForm):
    plans = CheckList("Plans", coerce=int, validators=[AtLeastOne("Choose at least one plan.")])
    reason = TextAreaField(
        "Why a second draw", validators=[InputRequired("Say why; it stands on the receipt."), Length(max=300)]
    )


class PickForm(FlaskForm):
    tickets = TextAreaField(
        "Ticket numbers", validators=[InputRequired("Name at least one ticket."), Length(max=4_000)]
    )
    reason = RadioField(
        "Why these",
        choices=[SelectChoice(key, words) for key, words in targeting.REASONS.items()],
        validators=[InputRequired("Say why these tickets.")],
    )
