"""Account access: roles of a brand account, a lost address, channel verification."""

from qa.demo.scenarios.model import Family, branch, family

FAMILIES: tuple[Family, ...] = (
    family(
        "brand_roles",
        "Roles of a brand account",
        queue="account_access",
        topic="brand account roles",
        stake="access",
        risk_class=3,
        policy="Account safety policy, section 6 (roles)",
        handover="account recovery",
        facts={"helper": ("my editor", "our producer", "the social media manager", "my sister, who edits,")},
        subjects="""
            @seven_days Cannot remove a manager
            @primary_owner Who owns our brand account?
            Roles of {channel}
        """,
        openings="""
            @primary_owner Since we turned {channel} into a brand account on {earlier}, nobody can change the payee or \
            remove anyone.
            @seven_days I want to remove a manager who left us on {earlier}, and the button is grey.
            @seven_days On {earlier} {helper} left us and still stands in the list; I cannot take the name out.
            @primary_owner Nobody in our team is owner any more, it seems. We are four people and all are managers.
        """,
        questions="""
            Which role does the Roles page show beside your own name?
            How long has the person in question had the role, and through which invitation?
        """,
        sides="""
            How many managers can we have? | Up to 25, but payouts and deletion stay with the owners.
            Does an editor see our income? | No; that needs the role "manager", or "finance" alone.
        """,
        branches=(
            branch(
                "seven_days",
                detail="""
                    I am owner, but only since last week.
                    It says owner beside my name. I accepted the invitation on {date}.
                """,
                finding="""
                    Owner since {date}: the seven-day rule blocks removing managers. No conflict on the account.
                """,
                right="""
                    You became owner on {date}, and for seven days a new owner cannot remove others; that keeps a \
                    stolen account from being emptied. After that the button is live. If it hurries, the former owner \
                    can remove the manager today.
                    The grey button is the seven-day rule for new owners. Until it has passed you can lower the \
                    manager's role to "viewer", which works at once and has the same effect.
                """,
                thin="""
                    New owners have to wait for some days before they can remove people.
                """,
                wrong="""
                    Only we can remove managers, and that takes up to six weeks.
                """,
                steps="""
                    On {soon} the week is over; I look whether the list is as you want it and write to you.
                """,
            ),
            branch(
                "primary_owner",
                detail="""
                    Manager. We all are. The owner was the agency we left.
                    All four show "manager". The old agency made the account, I believe.
                """,
                finding="""
                    Primary owner is a former agency's account. Contract ended {earlier}. Transfer needs founder's \
                    check or the agency's consent.
                """,
                right="""
                    The owner is still the account of the agency that made it. The quickest way is that they pass it \
                    on under Roles, Transfer; if they do not answer, the founder's check in your studio proves by \
                    older sign-ins and invoices that {channel} is yours, and our recovery team decides.
                    I see the agency's account as the only owner. Ask them for the transfer first. If they do not \
                    react within a week, start the founder's check, it needs an invoice and the contract's end.
                """,
                thin="""
                    The owner must transfer the account. Please contact them.
                """,
                wrong="""
                    I have made you owner, the agency need not know.
                """,
                steps="""
                    I look on {soon} whether the transfer was made, and start the founder's check with you if not.
                """,
            ),
        ),
    ),
    family(
        "address_lost",
        "Old e-mail address no longer reachable",
        queue="account_access",
        topic="old sign-in address",
        stake="access",
        share=0.8,
        risk_class=3,
        policy="Account safety policy, section 5 (addresses)",
        handover="account recovery",
        facts={"why": ("my provider closed", "I left the university", "the company was sold", "the domain ran out")},
        subjects="""
            Sign-in address does not exist any more
            Change of e-mail address not possible
            Codes go to an address I lost
        """,
        openings="""
            The address I sign in with is gone, because {why}. Every code for {channel} goes there.
            I need to change the sign-in address: {why}, and the old mailbox will be switched off on {deadline}.
            I tried to change my address, but the confirmation is sent to the old one, which I lost when {why}.
        """,
        questions="""
            Are you still signed in on any device at this moment?
            Is there a recovery phone number on the account that you can still use?
        """,
        sides="""
            Does the payee keep the old address? | The payee has its own; you can change it in the payee page once you \
            are in.
            Do viewers see any of this? | No, the address is never shown.
        """,
        branches=(
            branch(
                "signed_in",
                detail="""
                    Yes, on {device}. And the recovery number still works, [phone 1].
                    Signed in on {device}, luckily. Recovery number is the old one, it works.
                """,
                finding="""
                    Trusted session and working recovery number. Address can be replaced without access to the old \
                    one.
                """,
                right="""
                    Good, then the old mailbox is not needed: on {device} go to Security, Sign-in address, Replace, \
                    and choose "confirm by phone". The old address gets a notice only, and after 48 hours the new one \
                    counts.
                    With a trusted device and the recovery number you can replace the address yourself: Security, \
                    Sign-in address, then "I cannot read the old one". It counts after 48 hours; please stay signed in \
                    until then.
                """,
                thin="""
                    You can replace the address in the security settings by phone.
                """,
                wrong="""
                    Without the old mailbox the channel cannot be saved, sorry.
                """,
                steps="""
                    The 48 hours are over before {soon}; I check that day that the new address is in place.
                """,
            ),
            branch(
                "domain_for_sale",
                detail="""
                    No device, and the domain seems to be for sale now. That scares me.
                    I am out everywhere. Somebody could buy the domain, could they not?
                """,
                finding="""
                    Sign-in address on an expired domain: risk of takeover. Sign-in by mail frozen, recovery by \
                    documents needed.
                """,
                right="""
                    You are right to worry: whoever buys the domain could receive your codes. I have frozen sign-in by \
                    mail for {channel}. Now please start the recovery form from the place where you usually work; it \
                    asks for an invoice or statement in your name, and then you choose a new address.
                    First, sign-in by mail is frozen since a minute ago, so a new owner of the domain gains nothing. \
                    Second, the recovery form, with a statement in your name, brings the channel to a new address.
                """,
                thin="""
                    Please start the recovery form with documents. We will check it.
                """,
                wrong="""
                    Please buy the domain back, that is the usual way.
                """,
                steps="""
                    Recovery answers within three working days; I keep the freeze until then and write on {soon}.
                """,
            ),
        ),
    ),
    family(
        "verification_badge",
        "Channel verification refused",
        queue="account_access",
        topic="channel verification",
        stake="growth",
        share=0.8,
        risk_class=1,
        verifies=False,
        policy="Verification rules, section 1 (who can be verified)",
        handover="verification",
        subjects="""
            Verification badge refused
            Applied for verification on {earlier}, no answer
            Why am I not verified?
        """,
        openings="""
            I applied for the verification badge on {earlier} and it was refused without a reason I can follow.
            {channel} has {subs} subscribers and three imitators. Still no badge.
            The answer to my application says "not notable enough". What does that mean?
        """,
        questions="""
            Under which name did you apply, and is it the channel's present name?
            Which proof did you add: press, a web page of your own, a public register?
        """,
        sides="""
            What can I do against the imitators meanwhile? | Report each under "impersonation" with a link to your \
            channel, that works without a badge.
            Does the badge bring more viewers? | It changes nothing in what is recommended; it only says that you are \
            you.
        """,
        branches=(
            branch(
                "name_changed",
                detail="""
                    I applied with my own name. The channel was renamed in {prior_month}, now that you say it.
                    The application has the old name, I renamed it a little later.
                """,
                finding="""
                    Application of {earlier} under the former name; reviewer found no match. New application possible \
                    at once.
                """,
                right="""
                    The application carries the channel's former name, so the check found nobody of that name and \
                    refused. You need not wait the usual 30 days: as the reason was the name, a new application under \
                    "{channel}" is open to you today.
                    It failed on the name only: applied as one, renamed to "{channel}" since. Apply again with the \
                    present name and the same proof; the waiting time does not count in such a case.
                """,
                thin="""
                    The name in the application did not match. Please apply again.
                """,
                wrong="""
                    The badge is given at a million subscribers, so it is too early.
                """,
                steps="""
                    Applications are answered within ten days; I look at yours on {soon} and tell you where it stands.
                """,
            ),
            branch(
                "thin_proof",
                detail="""
                    I only gave the links of my other profiles. No press, I thought numbers count.
                    Under the right name. As proof I gave two profiles of mine.
                """,
                finding="""
                    Proof consists of the creator's own profiles. Rule asks for one independent source. No other \
                    obstacle.
                """,
                right="""
                    The rule asks for at least one source that is not your own: an article, a festival's programme, a \
                    register entry. Your own profiles cannot prove it, however large they are. With one such link you \
                    can apply again after {deadline}.
                    What is missing is an independent source. A local paper or a sponsor's announcement is enough. \
                    Numbers do not count, which surprises many.
                """,
                thin="""
                    You need better proof for the application.
                """,
                wrong="""
                    Just apply again every day until it works.
                """,
                steps="""
                    Send the link here when you have it; I tell you by {soon} whether it fits the rule before you \
                    apply.
                """,
            ),
        ),
    ),
)
