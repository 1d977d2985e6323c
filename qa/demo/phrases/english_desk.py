"""What specialists say in English."""

from qa.demo.phrases.model import DeskPhrases, tiered
from qa.demo.scenarios.model import lines

DESK = DeskPhrases(
    bot=lines("""
        Thanks for writing to Ovanto creator support. Your request has the number {ticket}. A specialist of the {desk} \
        will answer you.
        We have received your message (number {ticket}). The {desk} usually answers within a working day.
        Hello! I am the automatic assistant. I have noted your request under {ticket} and passed it to the {desk}.
    """),
    greeting=tiered(
        good="""
            Hi {name}, this is {agent} from the {desk}.
            Hello {name}, {agent} here from the {desk}; I take care of this from start to end.
            Hi {name}, thanks for writing. I am {agent} and your request about {channel} is with me now.
            Good day {name}, my name is {agent} and I looked at {channel} before writing to you.
            Hi {name}! {agent} from the {desk} here.
            Hello {name}, I am {agent}. I read your whole message before answering.
        """,
        fair="""
            Hello {name},
            Hi,
            Hello, thanks for contacting us.
            Hi {name}, thank you for your message.
            Dear {name},
        """,
        poor="""
            Dear creator, thank you for contacting Ovanto support.
            Dear user,
            Hello {stranger}, thank you for your message.
            Dear valued creator, we appreciate your patience and your being part of our community.
            To whom it may concern,
        """,
    ),
    empathy={
        "money": lines("""
            I know that your income hangs on the {topic}, so I start with what is certain.
            A missing amount is not a detail when rent depends on it; let us sort out the {topic}.
            You should not have to run after your own money, and I understand the worry about the {topic}.
        """),
        "access": lines("""
            Being shut out of the channel you built is frightening, and I treat it that way.
            I understand how much hangs on {channel}; we go step by step and you are not alone with it.
            That is a horrible moment, and you did right to write at once.
        """),
        "strike": lines("""
            I understand that the {topic} came as a shock after the work you put in.
            A decision one cannot follow is hard to accept, so I looked at everything before writing.
            I can see why this feels unfair, and I want you to know exactly what happened.
        """),
        "rights": lines("""
            Seeing somebody else's name on your own work stings; I have looked at the {topic} closely.
            I understand that every day with the {topic} costs you, so here is where we stand.
            You kept your papers in order, and that makes this much easier. Thank you.
        """),
        "live": lines("""
            That must have been an awkward moment in front of your own viewers, I am sorry.
            I understand that this is about your viewers' trust and not only about numbers.
            Live means there is no second take, so I see why the {topic} hurts.
        """),
        "feature": lines("""
            You planned around this feature and it let you down; I am sorry about that.
            Thank you for the careful description, it saves us a day.
            I can imagine how annoying the {topic} must be with a schedule like yours.
        """),
        "safety": lines("""
            I am sorry that you have to go through this. You did right to tell us, and we act on it.
            Nobody should open their comments with a knot in the stomach. Thank you for trusting us with this.
            What you describe is not part of the job, and you do not have to carry it alone.
        """),
        "growth": lines("""
            Thank you for comparing so carefully; with that I could go straight to the cause.
            I understand that you plan with these figures, so I checked rather than guessed.
            Good that you asked before drawing conclusions from the {topic}.
        """),
    },
    tone=tiered(
        fair="""
            Thank you for reaching out about the {topic}.
            Thank you for the information.
            I have received your request about the {topic}.
            We regret any inconvenience.
        """,
        poor="""
            As the help page clearly says, this is explained there.
            Please understand that we receive thousands of such requests.
            As already mentioned in the automatic message, you need to be patient.
            It is the creator's own responsibility to keep an eye on such things.
            I am not sure why you consider this urgent.
        """,
    ),
    context=tiered(
        good="""
            I have your earlier request {case} from {earlier} open next to this one, so you need not repeat any of it.
            I saw in {case} what my colleagues tried on {earlier}, and build on that.
            From {case} ({earlier}) I already have the channel and the device, thank you.
        """,
        fair="""
            I see that you wrote to us before.
            There is an older request of yours from {earlier}.
        """,
        poor="""
            Please tell me your channel's name and describe the problem from the beginning.
            Have you contacted us about this before? If so, please describe what was said.
            Which channel is this about, and which device do you use?
        """,
    ),
    verify=tiered(
        good="""
            Before I open the account: I have sent a code to the address on file. Please answer with it, and tell me \
            the month in which the channel was created.
            As this touches account facts, I first need to be sure it is you. Please confirm the request that just \
            appeared in your studio, and answer with the last word of it.
            To protect {channel}, I verify first: please reply from the address on file and name the last video you \
            published before {earlier}.
        """,
        poor="""
            I have opened your account and see {small} on the balance and the sign-in address you changed on \
            {earlier}.
            I looked into the account straight away: the last sign-in was from {country} on {date}, and the payee is \
            unchanged.
            No need to prove anything, I believe you. I have switched the setting for you already.
        """,
    ),
    verified_form=lines("""
        You wrote through the signed-in form and confirmed the request in the studio, so you are verified.
        Your request came through the signed-in studio with the second factor on, so nothing more is needed to prove \
        it is you.
    """),
    ask=tiered(
        good="""
            So that I fix the right thing:
            Two things would tell me which of the usual causes it is:
            To save you a second round, I ask everything at once:
            One look at your side helps me here:
        """,
        fair="""
            One question:
            Please let me know:
            Could you tell me:
        """,
        poor="""
            Please clear your cache and cookies, restart the device and try again.
            Please send a screenshot of the whole screen.
            Please try it in another browser and tell me the result.
            Please check the help page and come back if the problem persists.
        """,
    ),
    moved_up=tiered(
        good="""
            I have seen your date, {deadline}, and moved the case to the front.
            Because {deadline} is fixed for you, I treat this ahead of its turn.
        """,
        poor="""
            Requests are handled in the order in which they come in.
        """,
    ),
    once_more=tiered(
        good="""
            A short word in between: I have what I need and check it now, you need not do anything.
            Thank you, that is all I need from you. I look into it and come back today.
            I have it in front of me now and only want to be sure before I answer.
        """,
        fair="""
            Thank you. One more thing I should have asked at once: on which device does it happen, {device} or \
            another?
            Thanks, and since when exactly? I would like to narrow it down.
            Thank you. Could you also tell me whether it is the same when you are signed in on {device}?
        """,
        poor="""
            Please also send the name of the channel, the video's address and the country.
            Please repeat the steps on another network and send me the result.
            I need the date again, please, and the amount or title it is about.
        """,
    ),
    headline=tiered(
        good="""
            The short answer first:
            I have found it.
            Here is what happened and what helps:
            Good news: this can be solved.
            Now I know what it is.
        """,
        poor="""
            Following the CMS ingestion flag at entity level, the state machine did not transition, hence the observed \
            behaviour.
            Regarding your enquiry, please be informed that pursuant to the applicable provisions and without \
            prejudice to further review the following applies, as far as technically feasible.
            Per the L2 runbook the object is in state PND_HLD with reason code 42.
        """,
    ),
    policy=tiered(
        good="""
            This follows from our {policy}; the paragraph is linked in your studio under Rules.
            The rule behind it is {policy}, in the version that was in force on {date}.
            You can read it up in {policy}.
        """,
        fair="""
            This is in our terms.
            The rules for this are on the help pages.
        """,
        poor="""
            These are our guidelines.
            It violates our guidelines, and that is how it is.
        """,
    ),
    side=lines("""
        About your second question:
        And the other point you raised:
        You also asked something else:
    """),
    next_step=tiered(
        fair="""
            You will hear from us.
            We will look into it and come back to you.
            It should be settled within some days.
            Please give it a little time.
        """,
        poor="""
            Please check back from time to time.
        """,
    ),
    promise=tiered(
        good="""
            What I cannot decide is how fast the other side is, so I promise only what is in my hands.
            I tell you openly: the date is likely, not certain.
        """,
        poor="""
            I guarantee that this will never happen again.
            I promise you that it will be decided in your favour by {deadline}.
            You will certainly get everything back, plus something on top for the trouble.
        """,
    ),
    leak=lines("""
        By the way, the same happened to {partner}, whose payee address in {country} had also changed.
        I paste our internal note here: "user flagged by fraud model v7, threshold .82, look at linked account of \
        {partner}".
        For comparison: {partner} wrote to us about the same on {earlier}, from a private address, and got {small} \
        back.
        Please send me the full number of the card and the code on the back so that I can compare.
    """),
    risk=tiered(
        good="""
            One thing I take seriously: {signal}. I have told our trust team, and until they answer nothing can be \
            changed on the account without you.
            I noticed something that does not fit: {signal}. I passed it on at once and noted your request for care.
        """,
        fair="""
            If anything strange happens on the account, please let us know.
        """,
    ),
    route=tiered(
        good="""
            The next step belongs to our {team} team. I hand this over with everything you told me, so you need not \
            explain it again.
            Our {team} team has to decide this one. They have my notes and your answers.
            I have asked our {team} team to look at it as well, with the facts from above, so that nothing is done \
            twice.
        """,
        fair="""
            I have forwarded this to the {team} team.
            The {team} team will get in touch.
        """,
        poor="""
            This is not our department. Please write to the {team} team yourself.
            I close this ticket here; the {team} team may contact you.
        """,
    ),
    takeover=tiered(
        good="""
            Hello {name}, {agent} here, I take over from {colleague} and have read everything so far.
            Hi {name}, I am {agent}. {colleague} gave me the full picture, so we go on where you stopped.
        """,
        fair="""
            Hello {name}, your case was passed to me.
            Hi, I take this over from my colleague.
        """,
        poor="""
            Hello, please describe what this is about, I only have the number of the ticket.
            Dear creator, your ticket was assigned to me. What can I do for you?
        """,
    ),
    closing=tiered(
        good="""
            I stay your contact for this. Best regards, {agent}
            If anything about {channel} looks different from what I wrote, just answer here. {agent}
            All the best for {channel}, {agent}
            Warm regards, and good luck with the next video. {agent}
        """,
        fair="""
            Best regards, {agent}
            Kind regards
            Regards, {agent}
            Thanks, {agent}
        """,
        poor="""
            This ticket will now be closed.
            Please do not answer to this message. Ovanto support
            Please rate this conversation with five stars.
        """,
    ),
    final=tiered(
        good="""
            Glad to hear from you, {name}. I have noted the outcome and keep an eye on it until {soon}.
            Thank you for the feedback, {name}. The case is settled on our side; an answer here opens it again at \
            once.
            You are welcome, {name}. All the best for {channel}!
            Thank you for your patience with us, {name}; I have written down what we could do better here.
        """,
        fair="""
            You are welcome.
            Thank you, I close the ticket now.
            Thanks for letting me know.
        """,
        poor="""
            Noted. Closing.
            As I said. This ticket is closed now.
            There is nothing more I can do for you.
        """,
    ),
    back_reply=tiered(
        good="""
            I am sorry that you had to write again, {name}. I went through everything from the start.
            Thank you for coming back, {name}, and sorry that it did not hold. I checked each step myself this time.
            You are right to open this again, {name}. The first answer missed a step, and here it is.
        """,
        fair="""
            Thank you for your message. I looked at it again.
            Hello {name}, I checked it once more.
        """,
        poor="""
            As explained before, this is settled.
            The earlier answer stands.
        """,
    ),
)
