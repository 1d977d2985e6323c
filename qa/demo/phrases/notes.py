"""Internal notes."""

from qa.demo.phrases.model import Notes, tiered

NOTES = Notes(
    records=tiered(
        good="""
            {finding} Told the creator what it is and what follows. Pending: look again on {soon}.
            Checked: {finding} Done: answer with the rule ({policy}). Next: nothing but the check on {soon}.
            {finding} Creator's deadline noted. If it comes back: the facts stand here, no need to ask again.
            Found: {finding} Decided after {policy}. Open: confirmation of the creator until {soon}.
        """,
        fair="""
            {finding}
            Checked {date}. {finding}
            {finding} Answered.
        """,
        poor="""
            See conversation.
            Answered, closing.
            ok
        """,
    ),
    handover=tiered(
        good="""
            For {team}: {finding} Tried: the usual steps. Asked for: a decision, the creator waits since {date}.
            Hand-over to {team}. {finding} The creator was told who answers and why; date that matters: {deadline}.
        """,
        fair="""
            Please take over, {team}. {finding}
            To {team}: see the creator's message. {finding}
        """,
        poor="""
            fyi {team}
            Not ours, moving on.
        """,
    ),
)
