"""What follows a remark that finds something missing: how to do it next time, by theme."""

from qa.demo.phrases.model import Texts
from qa.demo.scenarios.model import lines

ADVICE: dict[str, Texts] = {
    "need": lines("""
        Say in one sentence what you understood, then act.
        Read to the last line before answering; it often holds the need.
        In matters like this two questions settle nearly every case.
    """),
    "context": lines("""
        The list of earlier tickets is one click away.
        Start from what we already know about this creator.
        A look at the notes would have taken a minute.
    """),
    "accuracy": lines("""
        Look at the account before you explain the {topic}.
        The procedure has changed since spring, please read it again.
        If you are not sure, ask on the floor; nobody minds.
    """),
    "completeness": lines("""
        Count the question marks before you send.
        A question you cannot answer yet is answered by a date.
        Numbering the answers helps both sides.
    """),
    "next_step": lines("""
        Who, what, until when: one line is enough.
        Give a date you can keep, even if it is late.
        For a matter like this three working days are realistic.
    """),
    "route": lines("""
        The matrix lists such matters by name.
        Pass on early, and say what you tried.
        Two lines in the note save the next team an hour.
    """),
    "effort": lines("""
        Ask everything in one go.
        What stands in the log need not come from the creator.
        Think of the creator's evening, not of our form.
    """),
    "clarity": lines("""
        Yes or no first, the reasons after.
        Read it aloud once; what stumbles there stumbles for the creator too.
        One action a line works well here.
    """),
    "tone": lines("""
        One sentence about what it means for the creator changes everything.
        Think of it as somebody's workplace, because it is.
        A short apology would have been in place here.
    """),
    "personal": lines("""
        Take out of the template what does not apply.
        The channel, the date, the video: one of them belongs in the first two lines.
        Sign with your name.
    """),
    "policy": lines("""
        Name the section, then say it in your own words.
        Creators accept a rule they can read.
        The rule is short enough to quote.
    """),
    "verification": lines("""
        Check first, every time, also with creators you know.
        The code takes a minute and protects both of you.
        Please go through the procedure with your lead this week.
    """),
    "privacy": lines("""
        When in doubt, leave it out.
        Please go through the data rules with your lead this week.
        Read the message once as if a stranger had received it.
    """),
    "risk": lines("""
        A sign like this stops the routine, whatever was asked for.
        Tell the trust team first and the creator after.
        Better once too often than once too late.
    """),
    "promises": lines("""
        Say what you will do, not what others will decide.
        “Usually” and “at the latest” are honest words.
        Creators forgive a no sooner than a broken yes.
    """),
    "records": lines("""
        Found, done, pending: three short lines.
        Write it for the colleague on the late shift.
        The reason field is part of the record too.
    """),
    "urgency": lines("""
        A date in the first message is a reason to move the case.
        Mention the date, even if you cannot keep it.
        Set the priority when you read it, not when you answer.
    """),
}
