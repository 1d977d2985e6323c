"""What a schedule is set up with."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from qa.core.errors import InvalidInputError
from qa.core.fields import NumberRange
from qa.people.models import Team, User
from qa.scheduled_exports.rules import OFFERS, RHYTHM_WORDS, WAY_WORDS, WEEKDAYS, Kind, Rhythm, Way
from qa.trends.looking import SPANS, USUAL_SPAN


class ScheduleForm(FlaskForm):
    kind = RadioField("Export")
    team = SelectField("Team", coerce=int, default=0)
    queue = SelectField("Queue", default="")
    weeks = SelectField("Span", coerce=int, default=USUAL_SPAN)
    rhythm = RadioField("How often", default=Rhythm.WEEKLY.value)
    weekday = SelectField("Day of the week", coerce=int, default=0)
    hour = IntegerField("Hour of the day", default=6, validators=[InputRequired("Say when."), NumberRange(0, 23)])
    receiver = SelectField("For", coerce=int)
    way = RadioField("How it comes", default=Way.LINK.value)

    @classmethod
    def offering(
        cls,
        kinds: Sequence[Kind],
        teams: Sequence[Team],
        queues: Sequence[str],
        people: Sequence[User],
        *,
        me: int,
        folder: bool,
    ) -> "ScheduleForm":
        """The form with what this person may choose."""
        form = cls()
        form.kind.choices = [SelectChoice(kind.value, OFFERS[kind].words) for kind in kinds]
        form.team.choices = [SelectChoice(0, "All teams (board pack alone)")] + [
            SelectChoice(team.id, team.name) for team in teams
        ]
        form.queue.choices = [SelectChoice("", "All queues")] + [SelectChoice(name, name) for name in queues]
        form.weeks.choices = [SelectChoice(span, f"{span} weeks") for span in SPANS]
        form.rhythm.choices = [SelectChoice(each.value, words) for each, words in RHYTHM_WORDS.items()]
        form.weekday.choices = [SelectChoice(place, name) for place, name in enumerate(WEEKDAYS)]
        form.receiver.choices = [SelectChoice(person.id, person.name) for person in people]
        ways = WAY_WORDS if folder else {Way.LINK: WAY_WORDS[Way.LINK]}
        form.way.choices = [SelectChoice(each.value, words) for each, words in ways.items()]
        if not form.is_submitted():
            form.receiver.data = me
            # One that needs no team chosen, so that what the form says can be sent.
            form.kind.data = next((kind.value for kind in kinds if not OFFERS[kind].of_team), None)
        return form

    def refuse(self, error: InvalidInputError) -> None:
        """Show a refusal beside the fields that it names."""
        for name, message in error.fields.items():
            self[name].errors = [message]
