"""Account access: hacked channels, second factors, locks, roles, lost addresses."""

from qa.demo.scenarios.model import Family, branch, family

FAMILIES: tuple[Family, ...] = (
    family(
        "channel_hacked",
        "Hacked channel",
        queue="account_access",
        topic="takeover of the channel",
        stake="access",
        share=1.3,
        risk_class=5,
        risky=True,
        escalates=0.2,
        tiers=(5, 3, 2),
        policy="Account safety policy, section 2 (recovery after a takeover)",
        handover="account recovery",
        facts={
            "sign": (
                "Somebody wrote to me and wants {small} to give it back.",
                "A stranger streams coins under my name as we speak.",
                "I opened a file from a sponsor called {sponsor} the day before, maybe that was it.",
            ),
            "signal": (
                "a demand for money for the channel",
                "a live stream that is not yours",
                "a file that looked like an offer",
            ),
        },
        subjects="""
            My channel was hacked
            {channel} taken over on {date}
            Somebody else streams on my channel
        """,
        openings="""
            Since {date} I am out of {channel}. The name and picture were changed and my {subs} subscribers see a \
            stranger.
            My channel was hacked on {date}. The password no longer works and the recovery address is not mine.
            I was signed out on {device} at {hour}, and since then somebody else owns {channel}.
        """,
        questions="""
            On which device were you last signed in yourself, and is that device still in your hands?
            Do you still have any backup code, or a second manager with access?
            What did you open, install or confirm in the two days before?
        """,
        sides="""
            Are my videos gone? | Deleted videos can be restored for 30 days after a takeover, and the recovery team \
            does that once the account is yours.
            Will the strikes from the stranger's stream stay? | No, what was published during the takeover does not \
            count against you once the takeover is confirmed.
        """,
        branches=(
            branch(
                "session_stolen",
                detail="""
                    On {device}, I still have it here. I opened a file called "contract" that {sponsor} supposedly \
                    sent.
                    I have one backup code left on paper. I did open an attachment on {date}, nothing happened at \
                    first.
                """,
                finding="""
                    Session taken over {date} from {country}, no password entered: stolen session after an attachment. \
                    Recovery address changed 4 minutes later. Payout held.
                    Known pattern: malware, session cookie reused. All sessions ended, roles frozen, account recovery \
                    informed.
                """,
                right="""
                    The log shows no wrong password at all: your running session was copied, which fits the \
                    attachment. I have ended every session and frozen roles and payouts, so nothing can leave. Please \
                    scan {device} or use another one, then start the recovery form with your backup code; after that \
                    set a new password and a passkey.
                    I stopped it: all sessions are ended and the payout is held. The entry came through your own \
                    session, so first clean {device}, then fill in the recovery form from a device that is safe, and \
                    only then choose a new password.
                """,
                thin="""
                    Your account was taken over. Please use the recovery form and change your password.
                """,
                wrong="""
                    Please create a new channel, hacked ones cannot be recovered.
                    Write me your old password so that I can sign in and change it back.
                """,
                steps="""
                    The recovery team checks the form within a day; I follow it and write to you on {soon} at the \
                    latest.
                    Do the form first, I watch for it and call in the recovery team the moment it is there. Next word \
                    by {soon}.
                """,
            ),
            branch(
                "manager_misused",
                detail="""
                    I am still signed in on {device}, but I am only "editor" now. A former moderator had manager \
                    rights.
                    Apart from that, nothing. But a manager I parted with in spring was still on the list.
                """,
                finding="""
                    No foreign sign-in. Owner moved to editor on {date} by an existing manager account. Roles page \
                    shows the change.
                    Role change by a manager invited long ago; owner rights transferred by invitation accepted on the \
                    owner's device.
                """,
                right="""
                    Nobody broke in: on {date} a manager who was still on your list took the owner's role. I have \
                    frozen roles and payouts. Please confirm in the studio that you are the founder of {channel}; with \
                    that our recovery team returns the owner's role and removes the manager.
                    The roles log tells it: owner's rights were moved by a manager on {date}. Everything is frozen \
                    now, and the founder's check in your studio starts the way back.
                """,
                thin="""
                    Your role was changed by another manager. Please start the founder's check.
                """,
                wrong="""
                    Roles are a private matter between you and your managers, we cannot step in.
                """,
                steps="""
                    As soon as the founder's check is through, the role is back within a day; I look on {soon}.
                """,
            ),
        ),
    ),
    family(
        "second_factor_lost",
        "Lost second factor",
        queue="account_access",
        topic="lost second factor",
        stake="access",
        share=1.2,
        risk_class=3,
        policy="Account safety policy, section 4 (second factor)",
        handover="account recovery",
        facts={
            "how": ("fell into a lake", "was stolen on a train", "died overnight", "went back to my former employer")
        },
        subjects="""
            New phone, no codes any more
            Locked out, second factor lost
            Cannot pass the second step
        """,
        openings="""
            My phone {how}, and with it the app that makes the codes. I know my password, but the second step stops \
            me.
            I have a new phone since {date} and the code app on it is empty. {channel} asks for a code I cannot make.
            The password is right, the second factor is gone: the old phone {how}.
        """,
        questions="""
            Do you have the sheet with the eight backup codes, or is there a passkey on any other device?
            Is there a device on which you are still signed in?
        """,
        sides="""
            Can I go without the second step afterwards? | Channels that earn money need one; a passkey is the \
            easiest, and two devices are better than one.
            Does the waiting time touch my scheduled videos? | No, everything that is scheduled goes out as planned.
        """,
        branches=(
            branch(
                "still_signed_in",
                detail="""
                    No codes, but {device} is still signed in, I can upload from there.
                    The sheet is somewhere in a box. I am signed in on {device}, though.
                """,
                finding="""
                    Active trusted session on {device}, last used {date}. Owner can replace the factor there without \
                    recovery.
                """,
                right="""
                    Then it is quick: on {device}, where you are signed in, open Security, Second step, Replace. The \
                    studio asks for your password and makes a new factor at once; print the new backup codes right \
                    there.
                    Because {device} is a trusted device since before {earlier}, you can replace the lost factor \
                    yourself under Security, Second step, without any waiting time. Please do not sign out there \
                    before that.
                """,
                thin="""
                    You can change the second step in the security settings if you are still signed in somewhere.
                """,
                wrong="""
                    Please sign out on all devices first and then request a new factor.
                """,
                steps="""
                    Try it now; I look on {soon} whether the new factor is in place and remove the old one from the \
                    list.
                """,
            ),
            branch(
                "nothing_left",
                detail="""
                    No codes, no passkey, and I signed out everywhere when I sold the laptop.
                    Nothing, I am afraid. I only have the password and the phone number.
                """,
                finding="""
                    No trusted session, no passkey, codes unused. Recovery with waiting time (3 days) is the only way. \
                    Address on file confirmed.
                """,
                right="""
                    Without a code or a trusted device there is one way: the recovery form, then a waiting time of \
                    three days in which the real owner could object. After that the second step is taken off and you \
                    set a new one. I know three days are long; they protect you from somebody who only knows a \
                    password.
                    The form under "Try another way" starts it. You get a message to the address on file, wait three \
                    days, then sign in and set up a passkey and new codes. I cannot shorten the wait, and nobody else \
                    can either.
                """,
                thin="""
                    Please use the recovery form. There is a waiting time.
                """,
                wrong="""
                    I have switched the second step off for you, you can sign in with the password now.
                """,
                steps="""
                    If you start today, the wait ends before {soon}; I look at it that day and write to you.
                """,
            ),
        ),
    ),
    family(
        "locked_after_travel",
        "Locked while travelling",
        queue="account_access",
        topic="account lock while travelling",
        stake="access",
        risk_class=2,
        policy="Account safety policy, section 3 (unusual sign-ins)",
        handover="account recovery",
        facts={"place": ("Lisbon", "Nairobi", "Osaka", "Reykjavik", "Bogotá", "Tbilisi", "Hanoi")},
        subjects="""
            Locked out while in {place}
            Unusual sign-in, but it is me
            Account locked since I travel
        """,
        openings="""
            I am in {place} for a shoot, and since {date} my account is locked for "unusual activity". It is me!
            Travelling with {channel}: I landed in {place}, signed in at the hotel, and was locked.
            Your system thinks somebody stole my account. I am in {place}, with my own {device}.
        """,
        questions="""
            Does the lock page offer a confirmation on another device, and is that device with you?
            Did you use a private network tool or the hotel's network when it happened?
        """,
        sides="""
            Can I announce a journey beforehand? | There is no such form, but a passkey on the device you take along \
            prevents the lock.
            Is my stream tonight lost? | The stream can be started by a second manager; the lock touches only your own \
            sign-in.
        """,
        branches=(
            branch(
                "home_device",
                detail="""
                    It wants a confirmation on my old tablet, which is at home. I used a network tool, yes.
                    The second device lies in my flat. And the hotel network did not work without a tunnel.
                """,
                finding="""
                    Two countries within 40 minutes through a network tool, then sign-in from {place}: lock by rule. \
                    Same device as always.
                """,
                right="""
                    The lock came from the network tool: within 40 minutes you seemed to be in two countries. Switch \
                    it off, open the lock page on the same device and choose "Confirm another way"; as the device is \
                    known, a code to the address on file is enough.
                    Your device is known, only the jump between two countries set off the lock. Without the tunnel, \
                    the page offers a code to your address on file instead of the tablet at home.
                """,
                thin="""
                    The lock was caused by an unusual place. Please confirm that it is you on the lock page.
                """,
                wrong="""
                    Locks are lifted by themselves after you are back home, please wait.
                """,
                steps="""
                    Try it without the tool now. If the page still asks for the tablet, answer here and I pass it to \
                    recovery the same day; otherwise I look on {soon}.
                """,
            ),
            branch(
                "new_device",
                detail="""
                    It is a borrowed laptop, mine stayed at home. No network tool.
                    I am on a friend's computer. The page says I should wait or use a passkey.
                """,
                finding="""
                    New device plus new place. Passkey on the owner's phone exists (used {earlier}), so no recovery \
                    needed.
                """,
                right="""
                    A new computer in a new place is what the lock is for. You have a passkey on your phone (last used \
                    on {earlier}): choose "Use a passkey" and scan the code with the phone. Please sign out on the \
                    borrowed computer afterwards.
                    You need nothing from home: the passkey on your phone opens the lock. Choose it on the lock page, \
                    confirm on the phone, and end the session on the borrowed laptop when you are done.
                """,
                thin="""
                    Please use a passkey or wait until the lock ends.
                """,
                wrong="""
                    Please send a photo of your passport by answering to this message.
                """,
                steps="""
                    If the passkey is not accepted, answer here today; I look at the lock again on {soon} in any case.
                """,
            ),
        ),
    ),
)
