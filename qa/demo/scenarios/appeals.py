"""Appeals against takedowns: strikes, age restriction, impersonation, spam marks, links."""

from qa.demo.scenarios.model import Family, branch, family

FAMILIES: tuple[Family, ...] = (
    family(
        "guideline_strike",
        "Community guideline strike",
        queue="appeals",
        topic='strike on "{video}"',
        stake="strike",
        share=1.5,
        risk_class=3,
        severities=(3, 5, 2, 0),
        escalates=0.14,
        verifies=False,
        policy="Community guidelines, chapter 4 (dangerous acts)",
        handover="policy review",
        facts={
            "act": ("a chainsaw without gloves", "a fire in a barrel", "a climb on a crane", "fireworks made at home"),
            "rule": ("dangerous acts", "instructions that endanger"),
        },
        subjects="""
            Appeal: strike on "{video}"
            Strike for {rule}, I disagree
            Please undo the strike of {date}
        """,
        openings="""
            On {date} I got a strike for "{video}", the reason is "{rule}". I show {act}, with every precaution.
            I appeal the strike on "{video}". It is about {act}, and I say three times that nobody should copy it.
            "{video}" was taken down on {date} for {rule}. Other channels show {act} all day long.
        """,
        questions="""
            At which minute do you say or show what protects you, and is it on the screen as well?
            Was the description changed after you published it?
        """,
        sides="""
            How long does a strike last? | 90 days, and the course in the studio shortens nothing but removes the \
            first warning.
            May I show the video elsewhere meanwhile? | That is up to you; only here it may not be uploaded again \
            while the appeal runs.
        """,
        branches=(
            branch(
                "context_missed",
                detail="""
                    At {minute} I explain it and wear everything. The text stands on the screen for ten seconds.
                    The warning is right at the start and again at {minute}. Nothing was changed.
                """,
                finding="""
                    Watched in full: warning at start and at {minute}, protection worn, professional present. Chapter \
                    4 allows this with context. Flag came from two seconds taken alone. Strike to be lifted.
                """,
                right="""
                    I have watched the whole video. At {minute} you show and explain how you protect yourself, and \
                    chapter 4 allows {act} when it is shown with that context and without a call to copy it. The \
                    strike was our mistake: it is lifted, "{video}" is back, and nothing remains on the channel. I am \
                    sorry.
                    Your appeal is granted. The first decision rested on two seconds without the warning before them. \
                    Seen as a whole, the video keeps to chapter 4; strike and block are gone.
                """,
                thin="""
                    We have looked at it again, and the strike is removed.
                """,
                wrong="""
                    Videos with {act} are always forbidden, so the strike stays.
                """,
                steps="""
                    The video is visible everywhere within a day; I look on {soon} that reach and income are back as \
                    well.
                """,
            ),
            branch(
                "upheld",
                detail="""
                    The warning is in the description. In the video itself I do not say it.
                    There is none in the video, but everybody knows that. I added the text later, yes.
                """,
                finding="""
                    No context in the video itself; description edited after the strike. Steps shown so that they can \
                    be copied from {minute}. Chapter 4 applies. Strike stays; trimming possible.
                """,
                right="""
                    I have watched all of it, and the strike stays. From {minute} on you show {act} step by step, \
                    without protection and without a warning in the video itself; a line in the description is not \
                    enough under chapter 4. You may appeal once more within 30 days with new facts; or cut the part \
                    from {minute} in the editor, after which the video can be seen again while the strike runs out on \
                    its own.
                    The answer is no, and here is exactly why: it is the part after {minute}, which can be copied as \
                    it is. The rest is fine. Cutting it brings the video back; the strike ends 90 days after {date}, \
                    and a second appeal is open for 30 days.
                """,
                thin="""
                    After a second look the strike stays because of {rule}.
                """,
                wrong="""
                    The strike was given by the machine, so we cannot change it.
                """,
                steps="""
                    If you cut it, tell me; I have the cut looked at by {soon}. The last day for a second appeal \
                    stands in your studio.
                """,
            ),
        ),
    ),
    family(
        "age_restriction",
        "Age restriction",
        queue="appeals",
        topic='age restriction on "{video}"',
        stake="strike",
        risk_class=2,
        severities=(5, 4, 1, 0),
        verifies=False,
        policy="Community guidelines, chapter 7 (age-restricted content)",
        handover="policy review",
        facts={"theme": ("life drawing", "a birth on a farm", "a horror make-up", "whisky tasting", "a boxing match")},
        subjects="""
            Age restriction on "{video}"
            "{video}" is not only for adults
            Restricted without a reason
        """,
        openings="""
            "{video}" is age-restricted since {date}. It is about {theme}, schools use my videos!
            Why is "{video}" only for adults? It shows {theme}, nothing else.
            The age restriction on "{video}" cost me {percent} percent of the views. I would like it looked at by a \
            person.
        """,
        questions="""
            Is the scene in question part of a lesson, and does the video say so at its beginning?
            Did you set the restriction yourself by mistake under Audience?
        """,
        sides="""
            Does it affect my other videos? | No, a restriction belongs to one video.
            Can I have both versions online? | Yes, an edited one without the scene may stand beside it.
        """,
        branches=(
            branch(
                "educational",
                detail="""
                    It is a lesson, I say so in the first sentence. I set nothing.
                    Part of a course, it stands in the title picture too. Not set by me.
                """,
                finding="""
                    Educational context clear from second 5. Chapter 7 exception applies. Restriction by image match \
                    only; lifted.
                """,
                right="""
                    I watched it from start to end: it is a lesson, says so at once, and shows {theme} no longer than \
                    the lesson needs. Chapter 7 makes an exception for exactly that. The restriction is lifted since a \
                    moment ago.
                    The restriction is gone. It came from the comparison of single pictures, which knows no lessons; \
                    with the context, chapter 7 lets {theme} be shown to all.
                """,
                thin="""
                    The restriction was removed after a review.
                """,
                wrong="""
                    Something like {theme} is for adults in every country, the restriction stays.
                """,
                steps="""
                    Recommendations take some days to return; I look at the numbers on {soon}.
                """,
            ),
            branch(
                "justified",
                detail="""
                    No lesson, it is fun. The scene is maybe half a minute, around {minute}.
                    Not a lesson. You mean the bit at {minute}? That is the joke of it.
                """,
                finding="""
                    Scene at {minute}, 30 seconds, no educational frame. Chapter 7 applies. Edit offered.
                """,
                right="""
                    The restriction stays, and it is about one scene: around {minute} it shows for half a minute what \
                    chapter 7 keeps for adults, without a frame of teaching or news. It is no strike. If you blur or \
                    cut those seconds in the editor, ask for a review and it can be opened to all.
                    I understand the joke, and still the half minute at {minute} falls under chapter 7. It has no \
                    other consequence than the age check. An edit of just that scene would be enough.
                """,
                thin="""
                    The video contains a scene that is not for all ages.
                """,
                wrong="""
                    Please mark all your videos as for adults to be on the safe side.
                """,
                steps="""
                    After the edit the review takes a day; write to me and I follow it until {soon}.
                """,
            ),
        ),
    ),
    family(
        "impersonation",
        "Taken for an impersonator",
        queue="appeals",
        topic="removal for impersonation",
        stake="strike",
        risk_class=3,
        verifies=True,
        escalates=0.12,
        policy="Community guidelines, chapter 9 (impersonation)",
        handover="policy review",
        subjects="""
            @copycat_first I am the real {channel}
            Channel removed for impersonation
            Mistaken for an imitator
        """,
        openings="""
            @copycat_first {channel} was removed on {date} for impersonation. I am the original! The other one copied \
            me.
            @own_second You took down my channel because it "imitates {partner}". {partner} is me, my second channel.
            Impersonation? I have used the name {channel} since before most people knew this platform.
        """,
        questions="""
            When did you first use the name, and is there anything dated that shows it?
            Are both channels run from the same account, and does each page say so?
        """,
        sides="""
            Are my subscribers lost? | No, they come back with the channel, all of them.
            Can I report the copy meanwhile? | Yes, through the form for impersonation, also without a channel.
        """,
        branches=(
            branch(
                "own_second",
                detail="""
                    Two accounts, my own both. The pages do not mention each other, no.
                    From different accounts, because one is for the family. Nothing says they belong together.
                """,
                finding="""
                    Both channels belong to the same verified person (two accounts, same payee). No deception. \
                    Reinstate; advise cross-reference.
                """,
                right="""
                    Both channels are yours, I could confirm that after you verified. Somebody who runs two channels \
                    imitates nobody, so the removal is undone and {channel} is back. To keep it from happening again, \
                    name the other channel in the About text of each.
                    The removal was wrong: the channel you were said to imitate is your own. It is restored with \
                    everything in it. One sentence on both pages, naming the other, is the best protection.
                """,
                thin="""
                    The channel is restored, as both belong to you.
                """,
                wrong="""
                    Two channels of one person are not allowed, please choose one.
                """,
                steps="""
                    Subscribers and comments return within a day; I look on {soon} that nothing is missing.
                """,
            ),
            branch(
                "copycat_first",
                detail="""
                    Since {days} years. I have the registration of the name and old posters with dates.
                    The name is from before. I can send a dated poster and the invoice of my domain.
                """,
                finding="""
                    Creator's use of the name is older (register entry). The reporting party is the copy. Reinstate; \
                    report against copy forwarded. Reporter not to be named.
                """,
                right="""
                    Your papers show that the name was yours first, so the decision is reversed and {channel} is \
                    online again. Who reported it I may not say, reports are confidential. If somebody uses your name \
                    now, the form for impersonation is the way, with the same papers.
                    The dated poster and the register settle it: you came first. The channel is back, without any \
                    mark. I cannot tell you about the report itself.
                """,
                thin="""
                    We reviewed the proof, and the channel is back.
                """,
                wrong="""
                    The report came from {partner}, please sort it out between you.
                """,
                steps="""
                    If the copy is reported today, policy review looks at it by {soon}; I add your proof so that you \
                    need not send it twice.
                """,
            ),
        ),
    ),
    family(
        "spam_flag",
        "Marked as spam",
        queue="appeals",
        topic="spam mark",
        stake="strike",
        share=0.9,
        risk_class=1,
        verifies=False,
        policy="Community guidelines, chapter 11 (spam)",
        handover="spam policy",
        subjects="""
            @same_answer My own comments are marked as spam
            @redirect_page Links removed as spam
            @redirect_page "{video}" hidden for spam
            Spam mark on {channel}
        """,
        openings="""
            @same_answer Since {date} my own comments under my own videos vanish as spam. I answer my viewers, nothing \
            more.
            @same_answer My answers to viewers disappear within seconds, {days} of them today alone.
            @redirect_page "{video}" was taken down for "misleading links". The link goes to my shop.
            @redirect_page You hid {days} of my videos as spam because of the description. It is the same text for \
            years.
        """,
        questions="""
            Is the same text or link posted under many videos within a short time?
            Does the link pass through a shortener or another page first?
        """,
        sides="""
            Do deleted comments come back? | Those of the last 14 days do once the mark is lifted.
            Is there a limit for links? | None in numbers, but the same text again and again looks like a machine.
        """,
        branches=(
            branch(
                "same_answer",
                detail="""
                    I paste the same answer, because they all ask the same thing. About forty times a day.
                    It is always one sentence with the link to the timetable, yes.
                """,
                finding="""
                    Repeated identical comments with link (40 a day) triggered chapter 11. No intent. Mark lifted; \
                    advise pinned comment.
                """,
                right="""
                    Forty equal sentences with a link look like a machine to the filter, although it is only you being \
                    polite. I have lifted the mark, and the comments of the last 14 days are back. A pinned comment or \
                    the description is a better place for the timetable.
                    The filter counted equal texts with links. No bad will in it, so the mark is off. Pin the answer \
                    once, and the filter stays calm.
                """,
                thin="""
                    Please do not post the same comment so often. The mark is removed.
                """,
                wrong="""
                    Please post from a second account, then it does not show.
                """,
                steps="""
                    I look on {soon} whether new comments stay visible.
                """,
            ),
            branch(
                "redirect_page",
                detail="""
                    Through a page that counts clicks. I no longer know what it shows in other countries.
                    A shortener, yes, from an old partner. I have not looked at it for a year.
                """,
                finding="""
                    Shortener now leads to a prize page in some countries. Chapter 11 applies to the link, not to \
                    intent. Videos back after exchange of the link.
                """,
                right="""
                    I followed the link: through the shortener it leads to a prize page in some countries, which is \
                    what chapter 11 forbids. I do not think you knew. Replace it by the direct address of your shop in \
                    all descriptions (the bulk editor does it in one go), and ask for a review; the videos then come \
                    back without a strike.
                    The shop is fine, the detour is not: the shortener was sold and shows prize pages now. With a \
                    direct link there is no ground for the mark any more.
                """,
                thin="""
                    Please remove the link and ask for a review.
                """,
                wrong="""
                    Shops may not be linked at all, please delete every link.
                """,
                steps="""
                    Once the links are changed the review takes two days; write to me, I look on {soon}.
                """,
            ),
        ),
    ),
)
