"""Shapes of what coaching asks for."""

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput


class ActionForm(FlaskForm):
    text = StringField("What is to be done", validators=[Length(max=500)])
    goal = SelectField("For", coerce=int)
    owner = SelectField("By whom", coerce=int)
    due_on = DateField("Until", validators=[InputRequired("Say until when.")])
    training = SelectField("Training", coerce=int, default=0)
    notes = TextAreaField("Notes", validators=[Length(max=2_000)])
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())


class VersionForm(FlaskForm):
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())
