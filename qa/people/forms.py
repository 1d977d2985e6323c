"""Shapes of what people type about themselves."""

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

from qa.people.passwords import MINIMUM_LENGTH

LONGEST = 200  # an argon2 hash of a megabyte is an attack


class SignInForm(FlaskForm):
    email = EmailField(
        "E-mail",
        validators=[InputRequired("Enter your e-mail."), Length(max=LONGEST)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        "Password",
        validators=[InputRequired("Enter your password."), Length(max=LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )


class PasswordForm(FlaskForm):
    password = PasswordField(
        "New password",
        validators=[
            InputRequired("Choose a password."),
            Length(
                min=MINIMUM_LENGTH,
                max=LONGEST,
                message=f"Use at least {MINIMUM_LENGTH} characters; three or four unrelated words are good.",
            ),
        ],
        render_kw={"autocomplete": "new-password"},
    )
    repeated = PasswordField(
        "New password again",
        validators=[EqualTo("password", "The two passwords differ.")],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(PasswordForm):
    current = PasswordField(
        "Present password",
        validators=[InputRequired("Enter your present password."), Length(max=LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )
