"""Payouts: money that is missing, late, smaller or in another currency than expected."""

from qa.demo.scenarios.model import Family, branch, family

FAMILIES: tuple[Family, ...] = (
    family(
        "payout_missing",
        "Payout missing",
        queue="payouts",
        topic="{month} payout",
        stake="money",
        share=1.6,
        risk_class=3,
        policy="Payout terms, section 5 (holds and returned payments)",
        handover="payment operations",
        subjects="""
            {month} payout of {amount} not arrived
            Where is my money for {month}?
            @batch_late,bank_returned Payout shows as sent, bank has nothing
            Missing payment, {channel}
        """,
        openings="""
            My payout for {month} should have been in my account on {date}. The dashboard says {amount}, the bank says \
            nothing at all.
            I run {channel} and I always get paid around {date}. This time the {amount} for {month} simply is not \
            there.
            @batch_late,bank_returned The studio shows "sent" next to {amount} since {date}, but my bank has no trace \
            of it.
            For the first time in two years I was not paid. {month}, {amount}, nothing came.
        """,
        questions="""
            Which status does the payout line for {month} show at this moment: scheduled, sent or returned?
            Did you change your address, bank account or the name of your business since the last payout?
            Does your bank show any rejected credit around {date}?
        """,
        sides="""
            And will the next payout also be late? | The next run is not touched by this: as long as the line says \
            "scheduled", it leaves on its usual day.
            Do I have to fill in the tax form again too? | No, your tax form stays valid; nothing needs to be sent in \
            again.
            Can I see somewhere why a payout is held? | Yes: Earnings, Payout history, then the small clock beside the \
            amount; the reason stands there.
        """,
        branches=(
            branch(
                "hold_after_move",
                detail="""
                    It says "scheduled", and yes, I moved house and changed the address on {earlier}.
                    Status is "scheduled" with a little clock. I did update my address last month, could that be it?
                """,
                finding="""
                    Ledger: {amount} for {month} on hold since {date}, reason "address changed, not confirmed". Letter \
                    with PIN sent {earlier}, PIN never entered. Bank data unchanged.
                    Hold set by the address rule on {date}. PIN letter went to the new address; no other flags on the \
                    payee.
                """,
                right="""
                    Your {amount} is safe with us. It is held because the new address you entered on {earlier} has not \
                    been confirmed yet. Please open Earnings, Payee, Confirm address and enter the PIN from our \
                    letter; the hold then lifts by itself and the money leaves with the next daily run.
                    I looked at the ledger: the payout for {month} is complete ({amount}) but waits for the PIN that \
                    proves your new address. The letter went out on {earlier}. If it got lost, the same page has "Send \
                    again".
                """,
                thin="""
                    The payout is on hold because of the change of address. Once that is confirmed it will be paid.
                    It looks like an address hold. Please confirm your address in the payee settings.
                """,
                wrong="""
                    Payouts can take up to 30 days at the bank, so please wait until the end of the month.
                    Please delete your payee profile and create a new one, then the payment will be sent again.
                """,
                steps="""
                    I look at the ledger again on {soon} and write to you then, whether or not the PIN has been \
                    entered.
                    Enter the PIN by {soon} and the money leaves the next morning; I have set myself a reminder to \
                    check it.
                """,
            ),
            branch(
                "bank_returned",
                detail="""
                    The line says "returned" since yesterday. My bank merged with another one in spring, new numbers \
                    and all.
                    It changed from "sent" to "returned". I still have the old account number in there, I think.
                """,
                finding="""
                    {amount} sent {date}, returned by the receiving bank with "account closed". Money is back on the \
                    payee balance. No hold, no fraud mark.
                    Return message: account no longer exists. Balance restored, waits for new bank details through the \
                    form.
                """,
                right="""
                    The bank sent the {amount} back on {date} because the account number is closed. The money is on \
                    your balance again. Please enter the new account under Earnings, Payee, Bank account (never in a \
                    message to us); after the usual three-day check we send the {month} payout again at no cost.
                    I can see the return in the ledger: "account closed". Nothing is lost. Add the new account in the \
                    payee form, wait for the green tick, and {amount} goes out with the next run after it.
                """,
                thin="""
                    The payment was returned by your bank. Please update your bank details and it will be sent again.
                    Your bank did not accept the payment, so the details need an update.
                """,
                wrong="""
                    Please send me the new account number here and I will enter it for you.
                    Returned payments are lost to the bank; you need to claim the money there.
                """,
                steps="""
                    As soon as the tick is green I release the re-send myself; you hear from me on {soon} in any case.
                    The re-send runs within two working days of the green tick. If it is not there on {soon}, answer \
                    here and it comes straight to me.
                """,
            ),
            branch(
                "batch_late",
                detail="""
                    Still "sent". I changed nothing at all, same bank for five years.
                    It says "sent", my bank sees nothing incoming, and I did not touch any setting.
                """,
                finding="""
                    Batch of {date} for {country} left a day late at the processor; incident note in the payments log. \
                    Payee data fine, {amount} in file, expected value date {soon}.
                    Processor delay affects the whole {country} batch. Amount and account are right.
                """,
                right="""
                    You did nothing wrong: the whole {country} batch of {date} left our processor late. Your {amount} \
                    is in that file with the right account, and the expected arrival is {soon}.
                    I checked the batch: it was delayed at the processor, yours is line by line as it should be, \
                    {amount} for {month}. Banks in {country} usually book it by {soon}.
                """,
                thin="""
                    There is a delay with some payouts at the moment. It should arrive within the next days.
                    The payment was sent and will arrive soon.
                """,
                wrong="""
                    The payment was sent, so this is something only your bank can solve.
                    Your payout was cancelled and you will get it together with next month's.
                """,
                steps="""
                    If nothing is booked by {soon}, I open a trace with the processor the same day and send you the \
                    reference.
                    I keep this ticket open until {soon} and ask the processor for a trace if your bank still sees \
                    nothing.
                """,
            ),
        ),
    ),
    family(
        "payout_threshold",
        "Below the minimum amount",
        queue="payouts",
        topic="payout below the minimum amount",
        stake="money",
        risk_class=1,
        policy="Payout terms, section 4 (minimum amount)",
        handover="payment operations",
        subjects="""
            Earned {small} but no payout
            Why is my balance rolled over again?
            No payment for {month} although I earned something
        """,
        openings="""
            I earned {small} in {month} and nothing was paid. On {date} the balance just rolled over again.
            It is the second month in a row that {channel} shows earnings, {small} this time, and no payout.
            Could somebody explain why my {small} is not paid out? Other creators I know get theirs every month.
        """,
        questions="""
            Which currency is your payee account set to, and which minimum does the page show under it?
            Did you raise the minimum yourself at some point, for instance to save bank fees?
            Is the amount you see the total balance or only what came in during {month}?
        """,
        sides="""
            Does the rolled-over money ever expire? | No, it stays on your balance for as long as the account exists.
            Can I lower the minimum myself? | The general minimum is fixed; what you can change is your own, higher \
            one.
        """,
        branches=(
            branch(
                "own_minimum",
                detail="""
                    Oh. There is a field that says 250. I may have set that myself ages ago.
                    The page shows a minimum of 250, I thought it was 50 for everybody?
                """,
                finding="""
                    Payee minimum set to 250 by the creator on {earlier}. Balance {small}, above the general minimum \
                    of 50.
                    Own minimum 250 in the payee settings, set from the creator's login. No hold.
                """,
                right="""
                    The {small} is below a minimum of 250 that was set in your own payee settings on {earlier}; the \
                    general minimum is only 50. Set the field back to 50 before the 20th and the balance goes out with \
                    this month's run.
                    I checked: no hold, simply your own minimum of 250. Change it under Earnings, Payee, Minimum to 50 \
                    and the {small} is paid with the next run.
                """,
                thin="""
                    The balance is below your minimum, so it is carried over until it is reached.
                    Your payout minimum is higher than the balance. You can change it in the settings.
                """,
                wrong="""
                    The minimum is 250 for everyone in {country}, so there is nothing to change.
                    Balances are only paid once a year, in January.
                """,
                steps="""
                    The cut-off is the 20th; I look at your settings on {soon} and tell you whether the {small} is in \
                    the run.
                    Change the field by {soon} and you will see "scheduled" next to the amount the morning after.
                """,
            ),
            branch(
                "currency_minimum",
                detail="""
                    My payee account is in another currency than the dashboard, the dashboard says {small}.
                    The total, not just {month}. The payee page shows a different currency, now that you ask.
                """,
                finding="""
                    Dashboard shows display currency; payee currency differs. After conversion at the month's rate the \
                    balance is a few units under the minimum.
                    Balance converted with the {month} rate lies just below the minimum; next finalised earnings lift \
                    it over.
                """,
                right="""
                    The dashboard shows {small} in your display currency, but the minimum is checked in your payee \
                    currency at the rate of {month}. Converted, you were just under it. With what is already finalised \
                    this month you are over, so the next run pays both months together.
                    It comes down to the conversion: checked in your payee currency, the balance lay a little below \
                    the minimum on the 20th. It now lies above, and I can see it marked for the next run.
                """,
                thin="""
                    The amount is converted first, and after that it was below the minimum.
                    Because of exchange rates the minimum was not reached this time.
                """,
                wrong="""
                    Exchange rates play no role; the system must have missed you, please wait another month.
                    Please switch your payee currency today so that we can pay at once.
                """,
                steps="""
                    Both months go out with the next run; I check the line on {soon} and write to you.
                    You will see "scheduled" from {soon} on; if not, answer here and I take it up with payment \
                    operations.
                """,
            ),
        ),
    ),
)
