"""Shape of a new session."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from qa.core.fields import AtLeastOne, CheckList


class SessionForm(FlaskForm):
    title = StringField("Title", validators=[InputRequired("Give the session a title."), Length(max=200)])
    rubric_version = SelectField("Rubric version", coerce=int)
    facilitator = SelectField("Facilitator", coerce=int)
    due_on = DateField("Scored by", validators=[InputRequired("Say until when everybody has scored.")])
    anonymous = BooleanField("Anonymous: nobody is named at the reveal, not even to the facilitator")
    participants = CheckList("Participants", coerce=int, validators=[AtLeastOne("Choose at least two people.")])
    parts = SelectMultipleField(
        "Parts", coerce=int, validators=[AtLeastOne("Choose at least one part.")], validate_choice=False
    )


class VersionForm(FlaskForm):
    """What every change of a session carries: the state it was made on."""

    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())


class CloseForm(VersionForm):
    learnt = TextAreaField("What we learnt", validators=[Length(max=4000)])


class ExtendForm(VersionForm):
    due_on = DateField("Scored by", validators=[InputRequired("Choose a day.")])
