"""Payouts: tax forms and bank accounts."""

from qa.demo.scenarios.model import Family, branch, family

FAMILIES: tuple[Family, ...] = (
    family(
        "tax_form_wrong",
        "Wrong tax form",
        queue="payouts",
        topic="tax form",
        stake="money",
        risk_class=3,
        policy="Payout terms, section 7 (tax information)",
        handover="tax operations",
        facts={"rate": ("24 %", "30 %", "15 %")},
        subjects="""
            Withholding of {rate}, my tax form must be wrong
            @person_instead_of_company Tax form rejected twice
            @person_instead_of_company Which tax form for a small company in {country}?
            {rate} missing from the {month} payout
        """,
        openings="""
            Since {month} you keep back {rate} of my earnings. I filled in the tax form on {earlier} and thought that \
            was that.
            @person_instead_of_company My tax form was rejected for the second time, and the message only says \
            "information does not match".
            @person_instead_of_company I founded a small company in {country} on {earlier} and now {rate} is withheld, \
            although I filled in everything.
            The {month} statement shows {amount} and then a deduction of {rate} that was never there before.
        """,
        questions="""
            Did you fill in the form as a person or as a company, and which of the two owns the bank account?
            Is the name on the form letter by letter the one on your tax certificate?
            Did the country of residence change since the form of last year?
        """,
        sides="""
            Will I get the withheld money back? | What was withheld this year is paid back with the run after the new \
            form is accepted; for former years only the tax office can return it.
            Do I need an accountant for this? | We may not give tax advice, so for the choice itself an accountant is \
            the right person; the form's own help explains each field.
            Does it affect viewers in other countries too? | Only income from viewers in the country of the form is \
            concerned, your statement shows it as its own line.
        """,
        branches=(
            branch(
                "person_instead_of_company",
                detail="""
                    As a person, I think, because the form asked for my name first. The account belongs to the \
                    company.
                    The bank account is the company's. I may have ticked "individual" out of habit.
                """,
                finding="""
                    Form filed as individual, payee is a company: mismatch, default withholding {rate} since {month}.
                    Payee type company, form type individual. Rejected twice for that reason only; identity data are \
                    fine.
                """,
                right="""
                    The form was filed for a person, but the payee of {channel} is a company, so the two cannot be \
                    matched and the default rate of {rate} applies. Please file the company form under Earnings, Tax, \
                    New form; the withholding ends with the first run after it is accepted.
                    I compared both records: payee type "company", form type "individual". That alone causes the \
                    {rate}. A new form for the company replaces the old one; the name must read as on the certificate \
                    of registration.
                """,
                thin="""
                    The tax form does not match your payee type. Please file it again with the right type.
                    Your form seems to be for the wrong kind of taxpayer, please check and file a new one.
                """,
                wrong="""
                    The {rate} is the normal rate for {country} and cannot be changed.
                    Simply change the payee to a person, then form and payee match.
                """,
                steps="""
                    A new form is checked within two working days; I look on {soon} and tell you the rate that then \
                    applies.
                    File it by {soon}, and the next run is already without the default rate. I check it before the \
                    run.
                """,
            ),
            branch(
                "treaty_left_out",
                detail="""
                    As a person, the name is right. I skipped the part about the treaty because I did not understand \
                    it.
                    Everything as on the certificate. There was a section on reduced rates that I left empty.
                """,
                finding="""
                    Form accepted, but treaty section empty, so the full {rate} applies. Residence {country} is on \
                    record.
                    Valid form without a claim to a reduced rate. No mismatch, no hold.
                """,
                right="""
                    Your form is valid; only the section on reduced rates is empty, and without that claim the full \
                    {rate} applies. Whether a reduced rate is open to residents of {country} stands beside the field; \
                    if you claim it, file the form again and the new rate counts from the next run.
                    I found no error in the form. The claim to a reduced rate was left out, so the system has to use \
                    {rate}. You can file again at any time under Earnings, Tax; the decision whether you are entitled \
                    is yours or your adviser's.
                """,
                thin="""
                    The form is fine but you did not claim a reduced rate. You can file it again.
                    A part of the form is empty, therefore the higher rate is used.
                """,
                wrong="""
                    You are entitled to zero percent, just tick every box in that section.
                    Tax forms cannot be changed within a calendar year.
                """,
                steps="""
                    I look at your form again on {soon} and confirm the rate in writing.
                    After filing, the new rate shows under Tax within two working days; on {soon} I make sure that it \
                    does.
                """,
            ),
        ),
    ),
    family(
        "bank_change",
        "Change of bank account",
        queue="payouts",
        topic="change of bank account",
        stake="money",
        risk_class=4,
        risky=True,
        escalates=0.14,
        policy="Payout terms, section 6 (changes of the payee)",
        handover="payment fraud",
        facts={
            "sign": (
                "I also got a mail that I should confirm the change by a link, but I did not order any mail.",
                "By the way, the new manager who helps me is in a hurry and wants it done today.",
                "I found a sign-in from another city in the list, maybe my cousin.",
            ),
            "signal": (
                "a request to change the bank account shortly after a sign-in from a place that is new",
                "somebody else pressing for a quick change of the payee",
                "a link about the payee that did not come from us",
            ),
        },
        subjects="""
            New bank account for {channel}
            Please change my bank details
            @not_by_owner Bank change pending for {days} days
            @name_mismatch Cannot save my new account
        """,
        openings="""
            I changed banks on {earlier} and want the {month} payout to go to the new account.
            @not_by_owner The new bank account is "pending" for {days} days now and the payout is close.
            @name_mismatch I cannot save my new bank account, the form says that the name does not match.
            @not_by_owner My manager set up a new account for {channel} and we need {amount} to go there this month.
        """,
        questions="""
            Who entered the new account, and from which place and device was that done?
            Whose name is the new account in: yours, your company's or somebody else's?
            What does the form show beside the account: pending, rejected or a green tick?
        """,
        sides="""
            What happens to the payout while it is pending? | It waits. Nothing goes to the old account once a change \
            is pending, and nothing is lost.
            Can I split the payout over two accounts? | No, one payee has one account; a split needs a second payee \
            with its own share.
            Can you take the number by chat? | No, and please never write it anywhere but in the form.
        """,
        branches=(
            branch(
                "name_mismatch",
                detail="""
                    It is my own account, but the bank has my second name in it and the payee does not.
                    My name, plus my wife's. It says rejected, name does not match.
                """,
                finding="""
                    Account rejected by name check: bank holds a longer name than the payee record. Entered from the \
                    usual device.
                    Name check failed twice, place and device are the usual ones. No sign of a takeover.
                """,
                right="""
                    The account was entered from your usual device, and the only obstacle is the name: the bank's \
                    spelling is longer than the one in your payee record. Change the payee's name to the bank's \
                    spelling under Earnings, Payee, Name (a photo of an official paper is asked for there), then enter \
                    the account again.
                    I see two rejections by the name check and nothing else. Bring the name in the payee record in \
                    line with the bank's, and the account will pass; the waiting time of three days then begins.
                """,
                thin="""
                    The name on the account must be the same as in the payee record.
                    Please correct the name and try again.
                """,
                wrong="""
                    I have switched off the name check for you, please enter it once more.
                    Please write me the number and the bank's name here, I will save it for you.
                """,
                steps="""
                    I check the status on {soon}, before the cut-off, and tell you which account the {month} payout \
                    will use.
                    After the new entry allow three days; on {soon} you have an answer from me either way.
                """,
            ),
            branch(
                "not_by_owner",
                detail="""
                    Honestly, I did not enter it myself. A man from an agency did it, from abroad I suppose.
                    It shows pending. I have no idea from where, I only got the notice that it was changed.
                """,
                finding="""
                    Change entered from a device never seen before, {date}, together with a new sign-in address. \
                    Payout held by rule. Passed to payment fraud.
                    New payee account from an unknown place; owner did not do it. Hold in place, fraud team informed \
                    {date}.
                """,
                right="""
                    Since you did not enter it yourself, I have stopped the change: the payout is on hold, nobody can \
                    move it, and the old account stays valid. Please end all sessions under Security, Sessions, set a \
                    new password, and look whether an unknown manager stands under Roles.
                    The entry was made on {date} from a device you have never used. I have frozen the change and told \
                    our fraud team. Your {amount} is untouched. Remove the unknown role and end all sessions now, \
                    please.
                """,
                thin="""
                    We will hold the change until it is clear who made it. Please change your password.
                    The change looks unusual, so it was stopped.
                """,
                wrong="""
                    As the agency has your permission, I have confirmed the new account.
                    The change is already pending, so we cannot stop it any more.
                """,
                steps="""
                    The fraud team answers by {soon}; until then nothing leaves the account, and I write to you that \
                    day.
                    I stay on it: next word by {soon}, earlier if the fraud team is quicker.
                """,
            ),
        ),
    ),
)
