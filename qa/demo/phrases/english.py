"""What creators say in English."""

from qa.demo.phrases.english_desk import DESK
from qa.demo.phrases.model import CreatorPhrases, Phrases, tiered
from qa.demo.scenarios.model import lines

PHRASES = Phrases(
    desk=DESK,
    creator=CreatorPhrases(
        hellos=lines("""
            Hi,
            Hello,
            Hi team,
            Hello there,
            Good morning,
            Good evening,
            Hey,
            Dear support team,
            Hi everyone,
        """),
        intros=lines("""
            {name} from {channel} here.
            this is {name}, I run {channel}.
            I am {name}, the channel is {channel}.
        """),
        worries={
            "money": lines("""
                This pays my rent, so you can imagine how well I sleep.
                I have two editors to pay from it.
                My accountant asks every day and I have nothing to tell her.
                I planned this month around that money.
                I am a one-person business, there is no cushion.
                I do not want to make a scene, but this is my salary.
            """),
            "access": lines("""
                Eight years of videos are in there.
                I feel locked out of my own shop.
                A sponsor looks at this channel tonight and I cannot even sign in.
                Every hour that I am out I lose viewers.
                My moderators keep asking what is going on.
                I have honestly not slept much since.
            """),
            "strike": lines("""
                I have read the guidelines twice and cannot find what I did wrong.
                In six years nothing of mine was ever flagged.
                I put three weeks into that video.
                If this stays, a brand deal falls through.
                I am happy to change something, but I need to know what.
                It feels as if nobody had watched it.
            """),
            "rights": lines("""
                All the income of that video goes to somebody else right now.
                I did everything by the book and still got hit.
                The video is my best one this year.
                I would rather not take it down, people link to it everywhere.
                I keep every licence exactly for moments like this.
                It makes me nervous about everything else I uploaded.
            """),
            "live": lines("""
                My viewers think I pocketed it.
                People gave real money during that stream.
                I had to apologise to the chat without knowing why.
                It happened in front of {viewers} viewers.
                The moderators are still collecting complaints.
                I do not dare to go live until this is clear.
            """),
            "feature": lines("""
                I moved my whole schedule around this feature.
                I told my viewers about it in three videos.
                My co-host has already written to me four times.
                I like it a lot, when it works.
                It is hard to plan like this.
                Maybe I am missing something obvious.
            """),
            "safety": lines("""
                I try to stay calm, but it gets to me.
                My family reads the comments too.
                I have stopped reading my notifications.
                I would like to keep making videos without this.
                My moderators are tired.
                I do not know what is enough to make it stop.
            """),
            "growth": lines("""
                I present these numbers to a partner.
                It may be small for you, but I plan with it.
                I have compared it three times to be sure.
                My viewers notice such things before I do.
                It is not urgent, it just keeps bothering me.
                I would like to understand it rather than guess.
            """),
        },
        urgent=lines("""
            I need this before {deadline}, because that is when the next show goes live.
            Please note that {deadline} is the deadline of my sponsor.
            On {deadline} I have a charity stream planned, so there is a date behind this.
            It has to be settled by {deadline}; after that it is of no use to me any more.
            I travel from {deadline} on and will have no computer then.
        """),
        signs=lines("""
            {name}
            Thanks, {name}
            Best, {name}
            {name} from {channel}
            Thank you! {name}
            Kind regards, {name}
            Cheers, {name}
        """),
        adding=lines("""
            What I can tell you already:
            In case it helps:
            To save you a question:
            Some details:
        """),
        here=lines("""
            Okay, I am listening.
            Yes, I am here.
            Alright, go on.
            Sure, one moment. Done.
            Understood so far.
        """),
        proof=lines("""
            The code is there, I entered it. My address on file is [email 1] and the channel is from spring 2019.
            Confirmed in the studio. If you need to call: [phone 1].
            I write from [email 1], as you asked. The last video before that was "{video}".
            Done, the word was "harbour". You can also reach me under [phone 1].
            Here is the proof: the code from [email 1] matches, and I created the channel in October 2017.
        """),
        answering=tiered(
            good="""
                Thank you for the quick answer!
                Great, finally somebody who reads.
                Thanks {agent}, that helps already.
                Okay, I had a look.
                Sure, here you go.
            """,
            fair="""
                Here is what you asked for.
                Okay.
                I checked.
                So:
            """,
            poor="""
                I wrote that already.
                I did all of that before I wrote to you.
                That was not really what I asked.
                Sorry, but this sounds like a template.
            """,
        ),
        once_more_answer=lines("""
            It is {device}, and it began around {date}.
            Since {date}. On {device} and elsewhere, no difference.
            All of that stands in my first message: {channel}, {country}, since {date}.
            Same thing on {device}. I have to say this takes long.
        """),
        side_asked=lines("""
            One more thing: {side}
            And while I have you: {side}
            Also, a second question. {side}
            {side}
        """),
        side_again=lines("""
            You did not answer my other question, though: {side}
            And what about this? {side}
            I still do not know: {side}
        """),
        farewell=tiered(
            good="""
                Thank you so much, {agent}. That is the clearest answer I ever got from a platform.
                It worked! Thanks for staying with it.
                Perfect, now I understand it. Thank you, {agent}!
                That takes a weight off my mind. Thanks.
                Great, thanks a lot. I will do exactly that.
            """,
            fair="""
                Okay, thanks. I will wait and see.
                Thanks, I suppose that answers it.
                Alright, I will try it.
                Okay. Let us hope so.
            """,
            poor="""
                So I am as far as I was before. Disappointing.
                I do not think you read my messages.
                This did not help at all. I will ask on the forum.
                Forget it, I will try again with somebody else.
            """,
        ),
        back=lines("""
            I have to come back to this: it is {date_again} and nothing has changed.
            Unfortunately this is not solved. I did what you wrote, and nothing about the {topic} has moved.
            I open this again, sorry. It worked for a day and then stopped.
            Hello again. You said it was settled, but it is not, please look once more.
            Writing again about the {topic}: same as before.
        """),
    ),
)
