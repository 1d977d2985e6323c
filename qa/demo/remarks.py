"""What reviewers write about a theme: when it was missed, half met, or done well.

A remark that quotes the case (anything but ``{topic}`` in braces) is only for what the conversation truly shows.
"""

from dataclasses import dataclass

from qa.demo.phrases.model import Texts, Tiered, tiered
from qa.demo.themes import Tier

GENERAL_SLOT = "{topic}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """A theme's remarks by tier: those that always fit, and those that quote the case."""

    general: Tiered
    quoting: Tiered

    def at(self, tier: Tier, *, quoting: bool) -> Texts:
        """The remarks of a tier; those that quote the case only if asked for."""
        return self.general.at(tier) + (self.quoting.at(tier) if quoting else ())


def remarks(*, good: str, fair: str, poor: str) -> Remarks:
    """Remarks from blocks of text, sorted by whether they quote the case."""
    every = tiered(good=good, fair=fair, poor=poor)

    def quotes(text: str) -> bool:
        return "{" in text.replace(GENERAL_SLOT, "")

    def part(wanted: bool) -> Tiered:
        return Tiered(
            good=tuple(text for text in every.good if quotes(text) == wanted),
            fair=tuple(text for text in every.fair if quotes(text) == wanted),
            poor=tuple(text for text in every.poor if quotes(text) == wanted),
        )

    return Remarks(general=part(False), quoting=part(True))


REMARKS: dict[str, Remarks] = {
    "need": remarks(
        good="""
            Finds what is really behind the {topic} with one good question.
            Asks exactly what decides the case, and all of it at once.
            Asking this early saved a round: “{question}”
        """,
        fair="""
            Understands the {topic}, one message later than it had to.
            One of the two deciding questions is missing; the creator happened to tell it anyway.
            The right question, asked after a first guess.
            Asks half of what decides the matter and assumes the rest.
            Close. This should have been asked at the start: “{question}”
        """,
        poor="""
            The reply would fit any ticket; nothing in it takes up the {topic}.
            Standard steps are sent where a question was needed.
            What the creator asked is not what was worked on. Say the request in your own words before acting.
            One question would have told it: “{question}”
            The first message already points to the cause, and it is not followed up.
        """,
    ),
    "context": remarks(
        good="""
            Builds on the earlier contact; the creator repeats nothing.
            Has {case} open and says so, which calms the creator at once.
        """,
        fair="""
            The earlier request is mentioned, what was learnt there is not used.
            {case} is seen, but its facts are asked for again in other words.
            History is used late, after the creator points to it.
        """,
        poor="""
            Asks for the channel and the device, which both stand in the ticket.
            The creator has to tell the whole story again.
            {case} of {earlier} holds the answer and was not opened.
            Contradicts what we told this creator before, without a word about it.
        """,
    ),
    "accuracy": remarks(
        good="""
            Checked before answering, and the answer shows it.
            Correct in every detail of the {topic}, the likely follow-up included.
            Exactly what the record says.
        """,
        fair="""
            Right in general; for this account it was not checked.
            Correct, but the detail that makes it usable is left out.
            The direction is right. What the record adds is missing: {finding}
            True for most accounts; whether it is for this one was not looked up.
            The short version of the right answer. The creator needs the long one.
            One detail of the {topic} is stated from memory and slightly off.
        """,
        poor="""
            The core of the answer on the {topic} is wrong.
            The record says otherwise: {finding}
            This sends the creator a wrong way and costs days.
            A general rule is given as if it had been checked for this account. It was not.
            Not what the procedure says; a look at the account would have shown it.
        """,
    ),
    "completeness": remarks(
        good="""
            Every question is answered, in the order in which it was asked.
            The side question is answered as carefully as the main one.
            Nothing is left for a second message.
        """,
        fair="""
            The main point is done; the smaller question is answered only when asked again.
            Nearly complete. This came late: “{side}”
            What is done is done well; one part of the matter is passed over.
            The main question is answered fully; the second one gets half a line.
            One more sentence and this would have been complete.
        """,
        poor="""
            The ticket is closed with a question still open.
            Left without an answer: “{side}”
            Half of the matter is dealt with, the other half is not mentioned.
            A step that was ours to do is missing, so the creator will be back.
        """,
    ),
    "next_step": remarks(
        good="""
            Who does what until when is clear, and the date is realistic.
            Names {soon} and what happens if it passes. Good.
            The creator knows what to expect and what not to do meanwhile.
        """,
        fair="""
            There is a next step, but no date.
            “Some days” is no date; the creator plans with it all the same.
            The step is named, its owner is not.
            A date is given, but not what happens then.
            “You will hear from us” is a start; say from whom and when.
        """,
        poor="""
            Ends without a next step. Who does what, and until when?
            The creator asks what happens now, and the reply does not say.
            “Check back from time to time” leaves the work to the creator.
            Nothing to expect: the creator has to write again to learn anything about the {topic}.
        """,
    ),
    "route": remarks(
        good="""
            The right team at the right moment, with a note they can start from.
            The creator is told who takes over, and why.
            Handed to {team} with everything they need.
        """,
        fair="""
            The right team, but late.
            Forwarded with a note so thin that {team} had to ask back.
            Passed on correctly; the creator is not told what that means.
        """,
        poor="""
            The creator is sent to find the other team on their own.
            This belongs to {team} and was simply closed.
            Kept here although it had to go on; two days lost.
        """,
    ),
    "effort": remarks(
        good="""
            Spares the creator every step we can do ourselves.
            All questions in one message.
        """,
        fair="""
            One round more than was needed.
            Asks for {device} in a message of its own; it could have stood with the first questions.
        """,
        poor="""
            The creator is asked for things that stand in the ticket.
            Three rounds for what one look into the log would have told.
            Puts a checklist on the creator that is ours to go through.
        """,
    ),
    "clarity": remarks(
        good="""
            The answer stands first, the steps follow in order.
            Short sentences, names as they are on the screen.
            I could follow this without knowing the {topic}.
        """,
        fair="""
            Understandable, but the answer has to be looked for.
            The steps are right and stand in one long sentence.
            Clear at second reading; lead with the answer.
            Good content in a heavy first paragraph.
            Two ideas in one sentence, twice.
        """,
        poor="""
            Inside words at the start; a creator cannot know what they mean.
            Official language that hides whether the answer is yes or no.
            After reading it I do not know what the creator should do about the {topic}.
        """,
    ),
    "tone": remarks(
        good="""
            Meets the worry about the {topic} without overdoing it.
            Calm and warm; the creator relaxes visibly.
            An apology where it was due, and only there.
        """,
        fair="""
            Polite, but flat where a word of understanding was due.
            “We regret any inconvenience” is not enough when it is somebody's livelihood.
            Correct, a little distant for a creator in this state.
            Nothing wrong with it, nothing warm in it either.
            The facts are in order; the worry about the {topic} is passed over.
            Thanks for the information, yes, but the person behind it is not seen.
        """,
        poor="""
            Reads as if the creator were at fault.
            Impatient at the moment the creator is worried about the {topic}.
            Pointing to the help page is no answer to a person in trouble.
            “As already mentioned” puts the creator down.
        """,
    ),
    "personal": remarks(
        good="""
            Written to this creator: the channel, the date and the case are all in it.
            {channel} is not just a name here; the reply speaks about it.
        """,
        fair="""
            A template with the right facts; the last lines are for anybody.
            The middle is personal, the frame is not.
            The name is there, the case of {channel} hardly is.
            Friendly, and still mostly the text block for the {topic}.
            Begins personally, ends with the standard text.
        """,
        poor="""
            “Dear creator”: nothing in the frame of this reply is about this person.
            A text block from start to end.
            Could have been sent to anyone; the ending even asks not to answer.
        """,
    ),
    "policy": remarks(
        good="""
            Names the rule and says what it means here.
            {policy} is cited, and it is the right one.
        """,
        fair="""
            Points to the terms without saying which part.
            The rule is right, its consequence for the {topic} is not told.
            “In our terms” is true and no help.
            “It is on the help pages” leaves the search to the creator; it is {policy}.
        """,
        poor="""
            “These are our guidelines” explains nothing.
            No rule is named, so the creator cannot know what to change.
            {policy} decides this and is not mentioned.
        """,
    ),
    "verification": remarks(
        good="""
            Verified first, and explained why.
            Every step of the check before a word about the account.
        """,
        fair="""
            Verified in the end, but after the first question about the account.
            The check is done, one part of it without a note.
        """,
        poor="""
            An account fact is told before it is clear who is writing.
            No verification at all, although the {topic} touches the account.
            The account was opened and its facts told in the first reply, without a code or a confirmation.
            “I believe you” is no check. The procedure asks for two.
        """,
    ),
    "privacy": remarks(
        good="""
            Repeats no more than is needed.
            Points to the form instead of taking numbers in a message.
        """,
        fair="""
            More of the account is repeated than the answer needs.
            Careful, but one detail could have been left out.
        """,
        poor="""
            Tells something that belongs to another creator or to us alone.
            Private data reach a place where they must not be.
            Another channel is named in this reply; that must never happen.
            Internal material or a secret is in a public message.
        """,
    ),
    "risk": remarks(
        good="""
            Sees the sign and acts on it at once.
            {signal}: noticed, told to the right team, and the creator knows.
        """,
        fair="""
            The sign is seen, the creator is merely asked to be careful.
            Noticed, but nobody else is told.
        """,
        poor="""
            A plain sign in the first message goes unnoticed.
            Nothing is done about this: {signal}.
            The request is handled as routine although the message should have stopped it.
        """,
    ),
    "promises": remarks(
        good="""
            What is certain and what is likely are told apart.
            Says plainly what we cannot decide.
        """,
        fair="""
            The wording could be taken for a promise.
            Hopeful where it should be exact.
        """,
        poor="""
            Promises a result that is not ours to promise.
            “Never again” and “certainly” are words we cannot keep.
            After this the creator counts on an outcome of the {topic} that somebody else decides.
        """,
    ),
    "records": remarks(
        good="""
            The note tells a colleague all they need.
            Found, done and pending: all three are in the note.
        """,
        fair="""
            The finding is noted, what was done and what is pending is not.
            A usable note; the date of the next look is missing.
            What was checked is there, why it was decided so is not.
            Two of the three parts are in the note; the pending one is missing.
            The note holds the finding and stops there.
        """,
        poor="""
            No note worth the name; a colleague would have to start again.
            I had to read the whole conversation to know what was done about the {topic}.
            One word is not a note.
            “See conversation” is no record of the {topic}.
            This should stand in the ticket: {finding}
        """,
    ),
    "urgency": remarks(
        good="""
            Takes up {deadline} and works towards it.
            The case was moved up, and the creator is told so.
        """,
        fair="""
            {deadline} is not mentioned, though the answer came in time.
            Handled in ordinary order although time mattered.
        """,
        poor="""
            {deadline} stands in the first message and is waved away.
            “In the order in which they come in” is no answer to a fixed date.
        """,
    ),
}
