"""Shapes of what closed periods ask for."""

from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length


class RestateForm(FlaskForm):
    reason = TextAreaField(
        "Why", validators=[InputRequired("Say why the figures are restated."), Length(max=500)], render_kw={"rows": 2}
    )
