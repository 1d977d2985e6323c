"""Safety: harassment, raids, threats, private data made public. The texts stay calm."""

from qa.demo.scenarios.model import Family, branch, family

FAMILIES: tuple[Family, ...] = (
    family(
        "harassment_comments",
        "Harassment in comments",
        queue="safety",
        topic="harassing comments",
        stake="safety",
        share=1.2,
        risk_class=3,
        severities=(0, 4, 5, 1),
        verifies=False,
        risky=True,
        policy="Safety policy, section 2 (harassment)",
        handover="trust and safety",
        facts={
            "sign": (
                "The last one wrote that he knows which bus my daughter takes.",
                "One of them writes to my private address as well.",
                "I have not slept for days and ask myself why I go on at all.",
            ),
            "signal": (
                "the remark about your family",
                "that somebody has your private address",
                "how heavy this weighs on you",
            ),
        },
        subjects="""
            Harassment under my videos
            The same people, every day
            Hateful comments since {date}
        """,
        openings="""
            Since {date} the same handful of people write hateful comments under each of my videos.
            Under "{video}" there are hundreds of comments about my looks. I delete all day.
            Somebody makes a new account each time I block him. It began on {earlier}.
        """,
        questions="""
            Could you report three of the comments with the flag, so that they reach us as they stand?
            Is there anything in them that tells where you live or whom you live with?
        """,
        sides="""
            Do they see that I reported them? | No, reports are confidential.
            Can I close comments for a time without losing reach? | Yes, "hold all for review" is the mildest way, and \
            reach does not depend on it.
        """,
        branches=(
            branch(
                "ring_of_accounts",
                detail="""
                    I flagged five. Nothing about my home so far, it is all insults.
                    Done, I reported some. They are about my body and my accent.
                """,
                finding="""
                    Reported comments break section 2; 14 accounts, one origin. Accounts removed. Comment filter \
                    recommended. Severity checked.
                """,
                right="""
                    Thank you for flagging them. They break section 2, and the accounts behind them are removed, \
                    fourteen in all. So that you have quiet at once: Settings, Comments, "Hold unknown accounts" keeps \
                    new accounts out of sight for you and your viewers, and two moderators can look through what is \
                    held, so that you need not read it.
                    We have acted: the comments are gone and the accounts with them. Switch on "Hold unknown \
                    accounts", it stops newly made ones. You do not have to read any of it yourself; a moderator can \
                    do it for you.
                """,
                thin="""
                    The comments were removed. You can use the filters.
                """,
                wrong="""
                    That is part of being public. Please do not read the comments.
                """,
                steps="""
                    I look at your comments every second day until {soon} and write to you then, or earlier if \
                    something comes up.
                """,
            ),
            branch(
                "private_hint",
                detail="""
                    Yes, one names my street. I left that comment where it is, as proof.
                    There is one that names my children's school. I have a picture of it.
                """,
                finding="""
                    Comment names a private place: section 5. Removed at once, account closed, preserved for the \
                    police. Trust and safety informed {date}. Creator offered local help pages.
                """,
                right="""
                    The comment with the private place is removed and the account closed; we keep a copy for the \
                    police, so you need not. If you feel in danger now, please call the emergency number where you \
                    are; we answer the police at any hour. Under Safety, "My protection" there are steps for the next \
                    days, among them hiding the town in older videos.
                    I have passed this to trust and safety while writing. The comment is gone, the proof is kept. You \
                    are not overreacting, it was right to tell us. The page "My protection" has what helps today.
                """,
                thin="""
                    The comment was removed. You may go to the police.
                """,
                wrong="""
                    As the account is anonymous, nothing can be done.
                """,
                steps="""
                    Trust and safety writes to you by {soon}; I stay your contact and ask how you are before that.
                """,
            ),
        ),
    ),
    family(
        "chat_raid",
        "Raid on a live chat",
        queue="safety",
        topic="raid on the live chat",
        stake="safety",
        channels=(2, 2, 5, 1),
        risk_class=3,
        severities=(1, 4, 4, 0),
        verifies=False,
        policy="Safety policy, section 3 (coordinated attacks)",
        handover="trust and safety",
        subjects="""
            Chat raided on {date}
            Hundreds of accounts in my live chat
            Raid in the middle of my stream
        """,
        openings="""
            On {date} at {hour} hundreds of accounts flooded my chat with slurs. I had to end the stream.
            My stream was raided. {viewers} real viewers, and within a minute three times as many who only shouted.
            Each {game} stream of mine is raided after half an hour. It is always the same phrase.
        """,
        questions="""
            Do you still have the chat of that stream, or was it deleted?
            Was followers-only mode on when it began?
        """,
        sides="""
            Can viewers be kept from seeing it? | Yes, "shield mode" hides the chat for all and lets you read on.
            Does a raid harm my channel's standing? | No, what raiders write does not count against you.
        """,
        branches=(
            branch(
                "shield_off",
                detail="""
                    The chat is still there. Followers-only was off, I want new people to talk.
                    I have it all. No mode was on, I did not know of any.
                """,
                finding="""
                    Raid {date}: 300 accounts, joined within 90 seconds, one phrase. Removed. Shield mode unknown to \
                    creator.
                """,
                right="""
                    Thank you for keeping the chat: with it we removed some three hundred accounts. For the next \
                    stream set "shield mode" on a key: it hides the chat, lets only people in who have followed for a \
                    day, and can be switched off after a minute. New viewers can still talk in quiet times.
                    The accounts are gone, and the phrase is on the list, so it no longer gets through on your \
                    channel. Put "shield mode" on a key of {device}; one press and it is quiet.
                """,
                thin="""
                    The accounts were removed. Please use shield mode.
                """,
                wrong="""
                    Please stream at other hours, when fewer people are awake.
                """,
                steps="""
                    Tell me when you are live next; a colleague of trust and safety watches with you, and I ask on \
                    {soon} how it went.
                """,
            ),
            branch(
                "organised_elsewhere",
                detail="""
                    I deleted it, it was unbearable. But I know where they meet: a forum names the hour.
                    Followers-only was on and did not help. They plan it in a group, a viewer sent me a picture.
                """,
                finding="""
                    Planned off-platform; older accounts used, so followers-only fails. Trust and safety can block by \
                    pattern before start. Chat recoverable for 30 days.
                """,
                right="""
                    As they plan it elsewhere and use older accounts, followers-only cannot stop them. Trust and \
                    safety can, by pattern and before it starts: they need the hour of your next stream and the \
                    picture the viewer sent, through the button "Add proof". We can still bring back the deleted chat, \
                    it is kept for 30 days.
                    I have handed your hint to trust and safety. With the hour of your next show they set a guard that \
                    works before the chat opens. The deleted chat is not lost for us.
                """,
                thin="""
                    Please report it to trust and safety with proof.
                """,
                wrong="""
                    What people plan in other places does not concern us.
                """,
                steps="""
                    They confirm the guard to you by {soon}; if you are live before that, tell me and it is done that \
                    day.
                """,
            ),
        ),
    ),
    family(
        "threat",
        "Threat against a creator",
        queue="safety",
        topic="threatening messages",
        stake="safety",
        share=0.6,
        risk_class=5,
        severities=(0, 0, 3, 6),
        verifies=False,
        risky=True,
        escalates=0.3,
        policy="Safety policy, section 4 (threats)",
        handover="trust and safety",
        facts={
            "sign": (
                "He writes that he will be at my meet-up on {deadline}.",
                "He has sent a picture of my front door.",
                "He writes as if he had been at my place.",
            ),
            "signal": ("that a date is named", "the picture of your door", "that he seems to know your home"),
        },
        subjects="""
            I am being threatened
            Threat, please read soon
            Somebody threatens me
        """,
        openings="""
            Since {date} somebody writes to me that something will happen to me. I am afraid.
            I got messages with threats after my video "{video}". I do not want to repeat them here.
            A person threatens me and my team. It is not just talk any more.
        """,
        questions="""
            Are you in a safe place at this moment, and is somebody with you?
            Could you report the messages with the flag and leave them where they are?
        """,
        sides="""
            Should I cancel my meet-up? | That is your decision; organisers and police can judge the place, and I can \
            have the event hidden on the platform at once.
            Will he learn that I told you? | No.
        """,
        branches=(
            branch(
                "named_place",
                detail="""
                    I am safe at the moment, my brother is here. They are reported.
                    Yes, I am with friends. The messages are flagged, three of them.
                """,
                finding="""
                    Credible threat (date or place named). Emergency procedure started {date}: account closed, data \
                    preserved for police, creator given contacts. On-call trust and safety took over.
                """,
                right="""
                    I am glad that you are not alone. This is serious, and we treat it so: the account is closed, \
                    everything is preserved for the police, and our on-call team has the case since a few minutes. \
                    Please report it to your local police too and give them our reference, they reach us at any hour. \
                    Your event and your town can be hidden on the platform right now, if you wish.
                    Thank you for telling us. The messages break section 4; the account is closed and the proof is \
                    kept. If anything changes where you are, call the emergency number first and us after. The on-call \
                    colleague knows everything you wrote.
                """,
                thin="""
                    The account was closed. Please go to the police.
                """,
                wrong="""
                    Most of these are empty words, please wait whether he writes again.
                """,
                steps="""
                    The on-call colleague writes to you today and again on {soon}; I stay in the case beside them.
                """,
            ),
            branch(
                "unclear",
                detail="""
                    I am at home, alone, but all right. Reported. It never says what exactly.
                    I am okay. It is vague, but it comes every night at the same hour.
                """,
                finding="""
                    Pattern of veiled threats, nightly. Section 4 reached by repetition. Messaging blocked, accounts \
                    removed; risk review by trust and safety.
                """,
                right="""
                    Even where no sentence says it outright, the repetition makes it a threat under section 4. The \
                    accounts are removed, and messages from people you do not follow are off for now; you can switch \
                    them on again at any time. Trust and safety looks at the risk with fresh eyes. Would it help to \
                    have somebody with you tonight? The page "My protection" lists people to call where you live.
                    I take the hour and the repetition as seriously as a plain threat. The accounts are gone, new ones \
                    cannot write to you, and our team looks at the whole series and not at single sentences.
                """,
                thin="""
                    The messages were checked and removed.
                """,
                wrong="""
                    As nothing concrete is said, it is no threat for us.
                """,
                steps="""
                    You hear from trust and safety by {soon}, and from me tomorrow in any case.
                """,
            ),
        ),
    ),
    family(
        "private_data",
        "Private data made public",
        queue="safety",
        topic="publication of private data",
        stake="safety",
        share=0.7,
        risk_class=4,
        severities=(0, 2, 5, 2),
        verifies=True,
        escalates=0.2,
        policy="Safety policy, section 5 (private data)",
        handover="trust and safety",
        subjects="""
            @video_shows My address is in a video
            @comments_number Somebody published my number
            Private data in comments, urgent
        """,
        openings="""
            @video_shows Since {date} a video shows my home address. It has {viewers} views already.
            @comments_number Somebody put my telephone number, [phone 1], into comments under "{video}". It rings all \
            day.
            @comments_number My telephone number stands under everything I publish, by a new account each time.
            @video_shows In a stream about me my real name and my street were read out at {minute}.
        """,
        questions="""
            Could you give the address of each place where it stands, with the minute if it is a video?
            Is it your own data, or that of somebody in your family too?
        """,
        sides="""
            Can search engines forget it? | Ours does within a day; for others each has a form, the page "My \
            protection" links them.
            Can I see who saw it? | No, but the removal covers copies that we can match.
        """,
        branches=(
            branch(
                "video_shows",
                detail="""
                    One video, at {minute}, and my mother's name is in it too.
                    It is at {minute}. Mine only, but the house is my parents'.
                """,
                finding="""
                    Private address shown at {minute}: section 5, removal without notice to uploader of who asked. \
                    Copies matched: 2. Done.
                """,
                right="""
                    The video is taken down, and two copies with it; the fingerprint keeps new copies from going up. \
                    The uploader is not told who asked. As your family is named, they can have it removed in the same \
                    way if it shows up elsewhere, no account is needed.
                    It is gone, including two copies we could match. Section 5 protects your family as well as you. \
                    Nobody learns that the report came from you.
                """,
                thin="""
                    The video was removed.
                """,
                wrong="""
                    Addresses are public, you can find them in any register.
                """,
                steps="""
                    I look for further copies until {soon} and write to you with what I found.
                """,
            ),
            branch(
                "comments_number",
                detail="""
                    Under all my newest videos. I have deleted a dozen, there are more.
                    In comments only, and they change one digit each time to get through.
                """,
                finding="""
                    Number posted in variants; pattern filter set for the channel. Accounts removed. Number itself not \
                    quoted in the reply.
                """,
                right="""
                    I have set a filter on your channel that catches the number in all its spellings, old comments \
                    included; the accounts that posted it are removed. I do not repeat it here, and please do not post \
                    it either. Your telephone company can change it quickly if you name the reason.
                    The comments are gone, all the variants too, and new ones are held back by a filter that only you \
                    and we can see.
                """,
                thin="""
                    The comments with the number were removed.
                """,
                wrong="""
                    Please write me your number so that I can search for it.
                """,
                steps="""
                    I look at what the filter caught on {soon} and tell you whether it has calmed down.
                """,
            ),
        ),
    ),
)
