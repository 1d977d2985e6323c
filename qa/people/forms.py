"""Shapes of what people type about themselves, and of the programme's rules."""

from zoneinfo import available_timezones

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DecimalField,
    EmailField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length, Optional

from qa.core.access import ROLE_WORDS, Role
from qa.core.fields import CheckList, NumberRange
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


class CodeForm(FlaskForm):
    code = StringField(
        "Code",
        validators=[InputRequired("Enter the code."), Length(max=60, message="A code is shorter.")],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "off"},
    )


class ForgottenForm(FlaskForm):
    email = EmailField(
        "E-mail",
        validators=[InputRequired("Enter your e-mail."), Length(max=LONGEST)],
        render_kw={"autocomplete": "username"},
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


class ProgrammeForm(FlaskForm):
    """The rules of the programme; ``base`` is the version that was on the page."""

    base = HiddenField(validators=[InputRequired()])
    quality_target = DecimalField(
        "Quality target",
        places=1,
        validators=[Optional(), NumberRange(min=0, max=100, message="A target lies between 0 and 100.")],
    )
    double_share = DecimalField(
        "Share scored twice, in percent",
        places=1,
        validators=[
            InputRequired("Enter a share, or 0 for none."),
            NumberRange(min=0, max=100, message="A share lies between 0 and 100 percent."),
        ],
    )
    review_days = IntegerField(
        "Days from the draw to the due date",
        validators=[
            InputRequired("Enter a number of days."),
            NumberRange(min=1, max=60, message="Between 1 and 60 days."),
        ],
    )
    gold_per_month = IntegerField(
        "Golden tickets a reviewer gets in four weeks, on average",
        validators=[
            InputRequired("Enter a number, or 0 for none."),
            NumberRange(min=0, max=40, message="Between 0 and 40 tickets."),
        ],
    )
    certification_required = BooleanField("Only certified reviewers get drawn parts of a rubric")
    certification_practice = IntegerField(
        "Golden tickets in a round of practice",
        validators=[InputRequired("Enter a number."), NumberRange(min=5, max=40, message="Between 5 and 40 tickets.")],
    )
    certification_mark = DecimalField(
        "Agreement with gold beyond chance that the lower bound has to clear",
        places=2,
        validators=[
            InputRequired("Enter a mark."),
            NumberRange(min=0.05, max=0.95, message="A mark lies between 0.05 and 0.95."),
        ],
    )
    certification_shadowed = IntegerField(
        "Shadowed reviews before somebody is certified",
        validators=[InputRequired("Enter a number."), NumberRange(min=1, max=20, message="Between 1 and 20 reviews.")],
    )
    certification_absence_weeks = IntegerField(
        "Weeks without a score after which a certificate lapses",
        validators=[InputRequired("Enter a number."), NumberRange(min=1, max=104, message="Between 1 and 104 weeks.")],
    )
    harmful_per_week = IntegerField(
        "Parts of content severity 2 or 3 a reviewer gets a week, at most",
        validators=[
            InputRequired("Enter a number, or 0 for none."),
            NumberRange(min=0, max=1000, message="Between 0 and 1,000 parts."),
        ],
    )
    harmful_per_day = IntegerField(
        "Parts of content severity 2 or 3 a reviewer opens a day, at most",
        validators=[
            InputRequired("Enter a number, or 0 for none."),
            NumberRange(min=0, max=1000, message="Between 0 and 1,000 parts."),
        ],
    )
    severe_per_week = IntegerField(
        "Of them of severity 3, a week",
        validators=[
            InputRequired("Enter a number, or 0 for none."),
            NumberRange(min=0, max=1000, message="Between 0 and 1,000 parts."),
        ],
    )
    severe_per_day = IntegerField(
        "Of them of severity 3, a day",
        validators=[
            InputRequired("Enter a number, or 0 for none."),
            NumberRange(min=0, max=1000, message="Between 0 and 1,000 parts."),
        ],
    )
    dispute_window_days = IntegerField(
        "Days after its release in which a specialist may dispute a review",
        validators=[
            InputRequired("Enter a number of days, or 0 for no disputes."),
            NumberRange(min=0, max=365, message="Between 0 and 365 days."),
        ],
    )
    dispute_answer_days = IntegerField(
        "Days until a dispute is to be settled",
        validators=[
            InputRequired("Enter a number of days."),
            NumberRange(min=1, max=60, message="Between 1 and 60 days."),
        ],
    )
    own_specialist_ban = BooleanField("Nobody settles disputes of specialists they lead: a QA lead does")
    blind = BooleanField("Reviewers do not see the specialist's name before they submit")
    live_score = BooleanField("Reviewers see the score grow while they answer")
    own_team_ban = BooleanField("Nobody reviews the own team")
    fair_mean = BooleanField("Show the fair mean beside the raw one")
    release_rule = RadioField(
        "A review is released to the specialist",
        choices=[
            SelectChoice("at_once", "at once, ten seconds after it is sent"),
            SelectChoice("next_morning", "the next morning"),
            SelectChoice("by_lead", "when a lead releases it"),
        ],
    )
    peer_from = RadioField(
        "Peer reviews, where a plan asks for them, go to specialists",
        choices=[
            SelectChoice("other_team", "of another team"),
            SelectChoice("same_team", "of the same team"),
            SelectChoice("any_team", "of any team"),
        ],
    )
    rubric_date = RadioField(
        "A part is scored by the rubric version in force",
        choices=[
            SelectChoice("resolution", "when the part was resolved"),
            SelectChoice("review", "when it is given to a reviewer; each review says so"),
        ],
    )
    primary_part_rule = RadioField(
        "Where several people worked on a ticket, the sample may draw the part of",
        choices=[
            SelectChoice("most_public_replies", "who wrote most public replies"),
            SelectChoice("last_public_reply", "who wrote the last public reply"),
        ],
    )
    second_factor_roles = CheckList(
        "Who signs in with a second factor",
        choices=[SelectChoice(role.value, ROLE_WORDS[role]) for role in Role],
    )
    time_zone = SelectField("Time zone", choices=[SelectChoice(zone, zone) for zone in sorted(available_timezones())])
