"""Creator tools: the launch of Duet Studio, with which two creators record together."""

from qa.demo.scenarios.model import Family, branch, family

LAUNCH = "Duet Studio"

FAMILIES: tuple[Family, ...] = (
    family(
        "duet_billing",
        "Duet Studio charged wrongly",
        queue="creator_tools",
        topic="Duet Studio charge",
        stake="money",
        share=0.9,
        risk_class=2,
        launch=LAUNCH,
        policy="Duet Studio terms, section 2 (trial and billing)",
        handover="billing",
        subjects="""
            @two_trials Duet Studio charged twice
            @two_trials {small} for Duet Studio during the trial
            @guest_seat Duet Studio: invoice for two seats
        """,
        openings="""
            @two_trials I was charged {small} for Duet Studio on {date}, although the trial runs for 30 days.
            @two_trials Duet Studio appears twice on my statement: {small} and once more {small}.
            @guest_seat My co-host and I both pay for Duet Studio now. One of us was meant to be a guest.
            @guest_seat The invoice of {date} lists two seats for Duet Studio, {small} more than I expected.
        """,
        questions="""
            Did you start the trial in the studio or in the phone app?
            Which seats does the page "Duet Studio, Plan" list, and with which names?
        """,
        sides="""
            Do our recordings stay if I cancel? | Yes, recordings stay in your library, only new sessions end.
            Can I pay by the year? | Not yet; the first months run monthly only.
        """,
        branches=(
            branch(
                "two_trials",
                detail="""
                    In both, I think. First in the app, then again on the computer.
                    The plan page lists me twice, once with a small phone beside it.
                """,
                finding="""
                    Two subscriptions: app store trial started {earlier}, web trial {date}. Web one charged at once \
                    because the trial was used. Refund due: {small}.
                """,
                right="""
                    You have two plans: one from the app, whose trial you used, and one from the browser, which \
                    therefore began to charge at once. I have cancelled the second and refunded {small}; the app's \
                    plan goes on and can be ended in the store if you prefer the browser.
                    The second plan from {date} should never have been possible. It is cancelled, {small} are on their \
                    way back to the same card, and your trial in the app is untouched.
                """,
                thin="""
                    You have two plans. One of them can be cancelled.
                """,
                wrong="""
                    Charges of a launch are not refunded, the terms exclude it.
                """,
                steps="""
                    The refund shows within five working days; I look on {soon} whether it has left.
                """,
            ),
            branch(
                "guest_seat",
                detail="""
                    In the browser. The page lists two full seats, mine and my co-host's.
                    Two seats, both "host". I clicked something about equal partners.
                """,
                finding="""
                    Co-host invited as host instead of guest: second paid seat from {date}. Can be changed to guest, \
                    pro rata credit.
                """,
                right="""
                    Your co-host was invited as a second host, which is a paid seat; guests are free. I have changed \
                    the seat to guest with effect from {date} and credited {small}. A guest can do all but start a \
                    session.
                    The invitation as "host" made the second seat. It is a guest's seat now, the credit of {small} \
                    stands on your next invoice.
                """,
                thin="""
                    You can change the seat to guest on the plan page.
                """,
                wrong="""
                    Two people always need two paid seats.
                """,
                steps="""
                    The next invoice of {soon} must show one seat; I look at it that day.
                """,
            ),
        ),
    ),
    family(
        "duet_crash",
        "Duet Studio crashes",
        queue="creator_tools",
        topic="crash of Duet Studio",
        stake="feature",
        share=1.2,
        channels=(3, 2, 4, 2),
        risk_class=1,
        verifies=False,
        escalates=0.16,
        launch=LAUNCH,
        policy="Duet Studio guide, page 'Known problems'",
        handover="Duet Studio engineering",
        subjects="""
            Duet Studio crashes after {days} minutes
            Recording lost in Duet Studio
            Duet Studio closes itself on {device}
        """,
        openings="""
            Duet Studio crashes on {device} after about {days} minutes, every time. We lost the recording of {date}.
            We recorded for an hour in Duet Studio, then it closed itself and the file was gone.
            @mixed_versions Since the update of {date}, Duet Studio freezes when my co-host shares the screen.
        """,
        questions="""
            Do both of you have the same version, and which number does the About page show?
            Does it happen with headphones plugged in as well as without?
        """,
        sides="""
            Is the lost recording anywhere on my disk? | Look for a folder named "duet-parts"; the studio can join the \
            parts found there under Library, Recover.
            When will the final version come? | I know of no date, the notes in the guide are the first place to tell \
            it.
        """,
        branches=(
            branch(
                "mixed_versions",
                detail="""
                    Mine ends with 4, his ends with 2. Is that it? Headphones make no difference.
                    Different versions! He never updates anything.
                """,
                finding="""
                    Version mix host .4 / guest .2 crashes on screen share (known). Parts of the recording are kept on \
                    the host's disk.
                """,
                right="""
                    That is the reason: when host and guest run different versions, sharing the screen ends the \
                    session. Update both, then it holds. Your recording is not lost: Library, Recover joins the parts \
                    from the folder "duet-parts" on your own disk.
                    Bring both to the same version, that ends the crashes. And before you record anew: the hour of \
                    {date} is on your disk in parts, Library, Recover puts it together.
                """,
                thin="""
                    Please update the studio on both sides.
                """,
                wrong="""
                    Duet Studio does not work on {device}, please buy another device.
                """,
                steps="""
                    Try Recover today; if parts are missing, answer here and I ask the engineers by {soon} for a look \
                    at the log.
                """,
            ),
            branch(
                "memory_fault",
                detail="""
                    Same version, yes. With headphones it lasts longer, strangely.
                    Both on the newest. It begins to stutter, the fan runs, then it is gone.
                """,
                finding="""
                    Echo filter uses up memory without headphones (fault report open since the launch). Workaround: \
                    headphones or filter off.
                """,
                right="""
                    You have found a fault that our engineers confirmed: without headphones the echo filter takes more \
                    and more memory until the studio closes. With headphones on both sides, or with the filter off \
                    under Audio, it holds; a repair is in test.
                    It is the echo filter, a fault of ours. Headphones for both or "echo filter: off" keep it stable. \
                    I have added your report with device and version.
                """,
                thin="""
                    It is a known fault. Please use headphones for now.
                """,
                wrong="""
                    Your computer is too weak, that is not our problem.
                """,
                steps="""
                    I follow the fault report and write to you on {soon} whether the repair is out.
                """,
            ),
        ),
    ),
    family(
        "duet_permission",
        "Duet Studio permission missing",
        queue="creator_tools",
        topic="missing Duet Studio permission",
        stake="feature",
        share=0.9,
        channels=(3, 2, 4, 2),
        risk_class=1,
        launch=LAUNCH,
        policy="Duet Studio guide, page 'Who can use it'",
        handover="Duet Studio engineering",
        subjects="""
            Duet Studio not in my menu
            "You have no permission" in Duet Studio
            Co-host cannot enter our session
        """,
        openings="""
            Everybody talks about Duet Studio, and it is not in my menu. {channel} has {subs} subscribers.
            @editor_role Duet Studio says "you have no permission" when I start a session, though it worked on \
            {earlier}.
            My co-host cannot enter, he sees "not allowed". On {deadline} we want to go on air together.
        """,
        questions="""
            Which role do you have on {channel}: owner, manager or editor?
            Is the channel, or that of your co-host, marked as made for children?
        """,
        sides="""
            Can we record with three? | Two for now, a third seat is in test.
            Can guests come without a channel? | No, each guest needs a channel, an empty one is enough.
        """,
        branches=(
            branch(
                "editor_role",
                detail="""
                    Editor. My business partner is the owner.
                    I am editor since {earlier}, before I was manager. Nobody told me.
                """,
                finding="""
                    Role editor lacks "start sessions". Changed from manager to editor {earlier}. Owner can grant the \
                    single permission.
                """,
                right="""
                    Editors can join but not start a session. The owner can give you just this permission: Roles, your \
                    name, "Start Duet Studio sessions". It works at once, you need not become manager again.
                    Your role changed on {earlier}, and starting sessions belongs to managers. The owner can tick the \
                    single permission beside your name; after a reload the menu is there.
                """,
                thin="""
                    You need another role to start sessions.
                """,
                wrong="""
                    I have made you manager of the channel, it works now.
                """,
                steps="""
                    If it is not there an hour after the tick, answer here; I look at the permission list on {soon}.
                """,
            ),
            branch(
                "children_mark",
                detail="""
                    Owner. And his channel is made for children, yes, he does fairy tales.
                    I am the owner. My second channel is marked for children, this one is not, I think?
                """,
                finding="""
                    Channel of one party marked "made for children": Duet Studio closed there by rule. Per-video mark \
                    possible instead.
                """,
                right="""
                    Duet Studio is closed on channels that are marked as made for children as a whole, and one of \
                    yours is. If only some videos are, set the mark per video under Settings, Audience; then the \
                    studio opens within a day. Whether the mark fits is a decision you have to take with care.
                    It is the mark "made for children" on the channel. With a mark per video the studio opens; the \
                    videos for children keep their protection.
                """,
                thin="""
                    Channels for children cannot use Duet Studio.
                """,
                wrong="""
                    Simply remove the mark from all videos, nobody checks that.
                """,
                steps="""
                    I look on {soon}, well before your date, whether both channels have it.
                """,
            ),
        ),
    ),
    family(
        "duet_invite",
        "Duet Studio invitation lost",
        queue="creator_tools",
        topic="Duet Studio invitation",
        stake="feature",
        share=0.6,
        channels=(3, 2, 4, 2),
        risk_class=1,
        verifies=False,
        launch=LAUNCH,
        policy="Duet Studio guide, page 'Inviting a guest'",
        handover="Duet Studio engineering",
        subjects="""
            @wrong_channel Invitation never arrives
            @clock_wrong Guest link expired at once
            {partner} cannot accept my invitation
        """,
        openings="""
            @wrong_channel I invited {partner} to a duet three times since {date}, and nothing arrives there.
            @clock_wrong The link for my guest says "expired" the moment he opens it.
            @clock_wrong My guest for {deadline} reads "link not valid" however often I send a new one.
            @wrong_channel {partner} accepted my invitation, and in my studio it still says "waiting".
        """,
        questions="""
            Did you invite by the channel's name or by a link?
            Is your guest signed in with the same channel that you invited?
        """,
        sides="""
            How long is a link good for? | 24 hours, and for one guest only.
            Can I see who used it? | Yes, the session page lists guests with the time.
        """,
        branches=(
            branch(
                "wrong_channel",
                detail="""
                    By name. He has two channels and is probably in the other one.
                    By the channel's name. She says she is signed in with her private one.
                """,
                finding="""
                    Invitation sits unread on the invited channel; guest uses a second one. No fault.
                """,
                right="""
                    Your invitations lie on the channel you named, while your guest is signed in with the other. \
                    Either they switch the channel at the top right and find them under Notices, or you send a link, \
                    which works for whichever channel opens it first.
                    All three arrived, on the other channel. The simplest way is a link, it belongs to nobody until it \
                    is opened.
                """,
                thin="""
                    Please let the guest switch the channel or use a link.
                """,
                wrong="""
                    Guests must follow you for 30 days before they can be invited.
                """,
                steps="""
                    Try the link today; if the studio still says "waiting", answer here and I look at the session by \
                    {soon}.
                """,
            ),
            branch(
                "clock_wrong",
                detail="""
                    By link. It is the right channel. Expired, always.
                    Link. And the clock of his computer is an hour off, he just noticed.
                """,
                finding="""
                    Link validity is checked against the device's clock (fault noted at launch). Guest's clock wrong.
                """,
                right="""
                    Unlikely as it sounds, it is the clock: the link's age is compared with the time of your guest's \
                    computer, and that is off. With "set time automatically" it opens. The check should not trust that \
                    clock; the fault is reported.
                    Ask your guest to set the clock automatically, then the same link works. We should not depend on \
                    it, and our engineers know.
                """,
                thin="""
                    Please check date and time of the computer.
                """,
                wrong="""
                    The link was used by somebody else, please change your password.
                """,
                steps="""
                    I tell you on {soon} what became of the fault report.
                """,
            ),
        ),
    ),
)
