"""What reviewers write about a theme: when it was missed, half met, or done well. ``{topic}`` is the matter's name."""

from qa.demo.themes import Tier

REMARKS: dict[str, dict[Tier, tuple[str, ...]]] = {
    "need": {
        Tier.POOR: (
            "The question about the {topic} is answered beside the point; asking back would have shown it.",
            "What the creator asked is not what was solved. Repeat the request in your own words before acting.",
        ),
        Tier.FAIR: (
            "The main request is understood, the second question about the {topic} is passed over.",
            "It takes three messages to find the real issue; the first one already held it.",
        ),
        Tier.GOOD: ("Finds the real issue behind the {topic} with one good question.",),
    },
    "context": {
        Tier.POOR: ("Asks again for what stands in the creator's last message.", "The earlier case is not looked at."),
        Tier.FAIR: ("Uses the account's history, but only after the creator points to it.",),
        Tier.GOOD: ("Picks up the earlier case without being told.",),
    },
    "accuracy": {
        Tier.POOR: (
            "The answer about the {topic} is wrong: the record says otherwise.",
            "A general rule is given as if it had been checked for this account. It was not.",
        ),
        Tier.FAIR: ("Right in general; the figure for this account was not checked.",),
        Tier.GOOD: ("Checked in the record before answering, and says so.",),
    },
    "completeness": {
        Tier.POOR: ("Half of the request stays open: nothing is said about the rest of the {topic}.",),
        Tier.FAIR: ("Nearly there; the small question at the end is left.",),
        Tier.GOOD: ("Every question is answered, in the order it was asked.",),
    },
    "next_step": {
        Tier.POOR: ("Ends without a next step. Who does what until when?", "No date: the creator has to write again."),
        Tier.FAIR: ("There is a next step, without a day.",),
        Tier.GOOD: ("Says who does what until when.",),
    },
    "route": {
        Tier.POOR: ("Sent to the wrong desk; the {topic} belongs here.",),
        Tier.FAIR: ("The right desk in the end, after a detour.",),
        Tier.GOOD: ("Handed over with everything the next desk needs.",),
    },
    "effort": {
        Tier.POOR: ("The creator has to do what we could have looked up.",),
        Tier.FAIR: ("Two steps could have been one.",),
        Tier.GOOD: ("Spares the creator every step we can do ourselves.",),
    },
    "clarity": {
        Tier.POOR: ("Hard to follow: inside words, and the answer comes last.",),
        Tier.FAIR: ("Clear once read twice; put the answer first.",),
        Tier.GOOD: ("Short sentences, the answer first.",),
    },
    "tone": {
        Tier.POOR: (
            "Reads as if the creator were at fault. Their upload income depends on this.",
            "Cold at the moment the creator is worried about the {topic}.",
        ),
        Tier.FAIR: ("Polite, but distant.",),
        Tier.GOOD: ("Takes the worry seriously without overdoing it.",),
    },
    "personal": {
        Tier.POOR: ("A text block from start to end; nothing in it is about this channel.",),
        Tier.FAIR: ("Begins personally, ends with the standard text.",),
        Tier.GOOD: ("Written to this creator, about this channel.",),
    },
    "policy": {
        Tier.POOR: ("No rule is named; the creator cannot know why.", "The rule that is quoted does not apply here."),
        Tier.FAIR: ("The rule is named, not what it means for the {topic}.",),
        Tier.GOOD: ("Names the rule and what it means here.",),
    },
    "verification": {
        Tier.POOR: ("Account details are discussed before it is clear who is writing.",),
        Tier.FAIR: ("Verified late.",),
        Tier.GOOD: ("Verified before anything about the account was said.",),
    },
    "privacy": {
        Tier.POOR: ("Tells details of the account that the person had not shown to be theirs.",),
        Tier.FAIR: ("More of the account is repeated than is needed.",),
        Tier.GOOD: ("Repeats no more than is needed.",),
    },
    "risk": {
        Tier.POOR: ("The signs of fraud in the first message go unnoticed.",),
        Tier.FAIR: ("The signs are noticed, but not noted for the next desk.",),
        Tier.GOOD: ("Sees the signs and acts on them at once.",),
    },
    "promises": {
        Tier.POOR: ("Promises a result that is not ours to promise.",),
        Tier.FAIR: ("The wording could be taken for a promise.",),
        Tier.GOOD: ("Says plainly what cannot be promised.",),
    },
    "records": {
        Tier.POOR: ("No note: the next colleague starts from nothing.",),
        Tier.FAIR: ("A note, without what was checked.",),
        Tier.GOOD: ("The note tells the next colleague all they need.",),
    },
    "urgency": {
        Tier.POOR: ("The live date is named in the first line and not taken up.",),
        Tier.FAIR: ("The urgency is acknowledged, not acted on.",),
        Tier.GOOD: ("Sees the date and works to it.",),
    },
}
