"""Payouts: currencies, deductions and shared channels, or what a statement says."""

from qa.demo.scenarios.model import Family, branch, family

FAMILIES: tuple[Family, ...] = (
    family(
        "payout_currency",
        "Payout in another currency",
        queue="payouts",
        topic="payout currency",
        stake="money",
        share=0.8,
        policy="Payout terms, section 4 (currencies and conversion)",
        handover="payment operations",
        subjects="""
            Paid in the wrong currency
            Exchange rate of the {month} payout
            {amount} became much less at my bank
        """,
        openings="""
            My {month} payout arrived, but {percent} units less than the statement says. The bank says it came in \
            another currency.
            The statement says {amount}, my bank booked something else entirely. Which exchange rate do you use?
            @country_changed Until {prior_month} I was paid in my own currency, and for {month} it suddenly came in \
            dollars.
        """,
        questions="""
            Which currency does your payee page name, and in which one is the bank account kept?
            Does the bank's booking show a conversion of its own or a fee?
            Did you change the country of the channel since {prior_month}?
        """,
        sides="""
            Which day's rate is used? | The rate of the day on which the payout is created, it stands on the \
            statement's second page.
            Can I get the bank fee back? | A fee of your own bank is between you and the bank; what we deduct \
            ourselves stands on the statement, and this time it is nothing.
        """,
        branches=(
            branch(
                "account_currency",
                detail="""
                    The payee page says dollars, the account is kept in another currency.
                    The bank converted it and took a fee for that, I see it now.
                """,
                finding="""
                    Payee currency USD since {earlier} (changed by the creator), account in local currency; the bank \
                    converted.
                    Sent in USD as set. Full {amount} left us; difference arises at the receiving bank.
                """,
                right="""
                    We sent the full {amount} in the currency that the payee page names since {earlier}; your bank \
                    then converted it at its own rate. If you set the payee currency to that of the account under \
                    Earnings, Payee, Currency, we convert at the published rate and the bank has nothing left to \
                    convert.
                    The difference arose at your bank: payee currency and account currency differ since {earlier}. \
                    Switch the payee currency before the 20th, and the next payout arrives to the cent as on the \
                    statement.
                """,
                thin="""
                    The currencies of payee and account differ. You can change the payee currency in the settings.
                    Your bank converted the money at its own rate.
                """,
                wrong="""
                    We do not convert anything, please complain to the bank.
                    I have added the difference to your next payout.
                """,
                steps="""
                    I look at the setting on {soon} and tell you which currency the next payout will have.
                    Switch it by {soon}; the next statement then shows our rate on page two.
                """,
            ),
            branch(
                "country_changed",
                detail="""
                    I moved the channel from one country to another in {prior_month}, yes.
                    The channel's country was changed on {earlier}, because I moved.
                """,
                finding="""
                    Channel moved to {country} on {earlier}; payees there are paid in the default currency unless one \
                    is chosen.
                    Country change reset the payee currency to default on {earlier}.
                """,
                right="""
                    When the channel moved to {country} on {earlier}, the payee currency fell back to the default. I \
                    cannot choose it for you, but under Earnings, Payee, Currency your former one is still in the \
                    list; it counts from the next run on.
                    The move to {country} reset the currency, which the notice of {earlier} mentions in its last line, \
                    I admit. Please set it once more; nothing was lost in the {month} payout except what your bank \
                    charged.
                """,
                thin="""
                    A change of country can change the currency. Please choose it again.
                    It was reset with the move. You can set it in the payee page.
                """,
                wrong="""
                    In {country} only dollars are possible.
                    Please move the channel back to the old country until the payout is through.
                """,
                steps="""
                    I check on {soon} that the next run carries the currency you chose.
                    Once it is set, you see it on the scheduled line within a day; I look on {soon} as well.
                """,
            ),
        ),
    ),
    family(
        "payout_smaller",
        "Payout smaller than the dashboard",
        queue="payouts",
        topic="difference between dashboard and payout",
        stake="money",
        policy="Payout terms, section 3 (estimated and finalised earnings)",
        handover="earnings quality",
        subjects="""
            Paid {small} less than shown
            Dashboard and payout differ for {month}
            {month}: estimated earnings went down
        """,
        openings="""
            The dashboard showed {amount} for {month} and I was paid {small} less. Where did it go?
            On the last of {month} I wrote down {amount}. A week later it was lower, and now I am paid the lower one.
            I compare every month, and {month} is the first in which estimate and payout are {small} apart.
        """,
        questions="""
            Is the figure you compare with marked "estimated" or "finalised" in the dashboard?
            Does the statement show a line for invalid traffic or for refunds?
            Which time zone is your dashboard set to?
        """,
        sides="""
            Who pays for invalid traffic? | The advertisers get that money back, it does not stay with us.
            Can I see which videos were affected? | Yes, the statement can be opened by video, the column is called \
            "adjustment".
            Will it happen again? | Some units up or down between estimate and final are normal, more than two percent \
            is not, and then please write.
        """,
        branches=(
            branch(
                "invalid_traffic",
                detail="""
                    Finalised, and there is a line "adjustment" that I had not seen.
                    The statement has an adjustment of about {small}. Invalid traffic, it says.
                """,
                finding="""
                    Adjustment of {small} for {month}: invalid traffic on one video shared on a click-exchange page. \
                    No policy action.
                    Earnings quality removed {small} ({month}); pattern of paid clicks from outside, creator not \
                    suspected.
                """,
                right="""
                    The {small} is the "adjustment" on the statement: part of the traffic on one video of {month} came \
                    from a page that pays people for clicks, and advertisers do not pay for that. Nobody holds it \
                    against you, there is no mark on the channel.
                    I traced the difference: {small} was taken out for invalid traffic in {month}, all of it on one \
                    video. The rest of the month agrees with the estimate to the cent.
                """,
                thin="""
                    The difference comes from an adjustment for invalid traffic.
                    Estimated and finalised earnings can differ because of adjustments.
                """,
                wrong="""
                    The dashboard is always right, so this must be a bank fee.
                    You clicked on your own ads, therefore it was deducted.
                """,
                steps="""
                    If the pattern goes on, the next finalised figures of {soon} will show it; I look then and write \
                    to you.
                    You need not do anything. I check the same video on {soon} and tell you if it is still hit.
                """,
            ),
            branch(
                "refunds",
                detail="""
                    There is a line with refunds of memberships, a lot of them on one day.
                    Finalised. It lists refunds on {date}, all from memberships.
                """,
                finding="""
                    Refunded memberships on {date}: bulk gift by one viewer, card reported as stolen. Share of creator \
                    {small} deducted.
                    {small} deducted for refunds of gifted memberships after a card complaint. Ledger lines linked.
                """,
                right="""
                    The {small} belongs to memberships that were refunded on {date}: one viewer had given many of them \
                    away with a card that turned out to be stolen. Once the card company takes the money back, your \
                    share goes with it; each refund stands in the statement with its date.
                    I found all of it in the refunds of {date}. They stem from one bulk gift paid with a stolen card, \
                    so none of your real members left.
                """,
                thin="""
                    The amount was reduced because of refunds.
                    Memberships were refunded, which lowers the payout.
                """,
                wrong="""
                    Refunds never touch a creator's share, so please wait for the correction.
                    You must have offered the refunds yourself in the settings.
                """,
                steps="""
                    The case with the card company closes by {soon}; if anything comes back to you, I write that day.
                    Nothing else is open for {month}. I look at the refunds again on {soon}, just to be sure.
                """,
            ),
        ),
    ),
    family(
        "payout_split",
        "Revenue split of a shared channel",
        queue="payouts",
        topic="revenue split",
        stake="money",
        share=0.7,
        risk_class=3,
        escalates=0.12,
        policy="Partner terms, section 9 (shared channels)",
        handover="partner contracts",
        facts={"shares": ("60 to 40", "70 to 30", "50 to 50")},
        subjects="""
            Split {shares} not applied
            Co-creator got everything in {month}
            Shared channel, wrong shares
        """,
        openings="""
            We agreed on {shares} for {channel}, and in {month} everything went to my co-creator.
            The split of our shared channel should be {shares}. The {month} statement shows something else.
            Since my partner and I changed the split to {shares} on {earlier}, neither of us has been paid correctly.
        """,
        questions="""
            Did both of you confirm the split in the studio, or only the one who entered it?
            Which date does the split page name as its beginning?
            Does each of you have a payee of their own with a green tick?
        """,
        sides="""
            Can you move the money back for us? | Money that was paid out stays with the payee; between you two it can \
            be settled by a one-time correction that both confirm.
            Can a third person be added? | Up to five, each with a payee, and all must confirm again.
        """,
        branches=(
            branch(
                "one_confirmation",
                detail="""
                    I entered it, and my partner says he never saw any request.
                    The page says "waiting for one confirmation". Oh.
                """,
                finding="""
                    Split {shares} entered {earlier}, second confirmation missing; old rule (all to owner) stayed in \
                    force.
                    Request to the co-creator expired after 14 days unread. {month} paid by the old rule, correctly.
                """,
                right="""
                    The split of {shares} was entered on {earlier}, but the second confirmation never came and the \
                    request ran out after 14 days, so {month} followed the old rule. Enter it again, let your \
                    co-creator confirm under Notices, and it counts from the first of the next month; for {month} you \
                    can enter a one-time correction that both confirm.
                    I checked the split page: one of two confirmations. Until both are there the old rule counts. A \
                    new request works at once, and the correction for {month} is a button beside it.
                """,
                thin="""
                    Both have to confirm the split. Please send the request again.
                    The split was not yet in force in {month}.
                """,
                wrong="""
                    I have confirmed it in the name of your co-creator so that it works now.
                    Splits only start in the next calendar year.
                """,
                steps="""
                    I look on {soon} whether both confirmations are there, before the month closes.
                    Once both of you have confirmed, the page shows the starting day; on {soon} I check it with you.
                """,
            ),
            branch(
                "payee_missing",
                detail="""
                    We both confirmed. His payee has no tick yet, he waits for a letter.
                    Confirmed by both on {earlier}. My partner never finished the bank part.
                """,
                finding="""
                    Split valid from {earlier}, but the co-creator has no valid payee: his share is kept, not paid to \
                    the owner.
                    Second payee unfinished (PIN open). Share for {month} parked on his balance.
                """,
                right="""
                    The split itself is right and in force. Your co-creator's payee is not finished, so his share of \
                    {month} waits on his balance; it was not paid to you and is not lost. Once his PIN is entered, it \
                    goes out with the next run.
                    Both confirmations are there. What is missing is the PIN for the second payee. His part of {month} \
                    is parked under his name and follows by itself.
                """,
                thin="""
                    Your co-creator has to finish his payee first.
                    One payee is not complete, so the share waits.
                """,
                wrong="""
                    Shares without a payee go to the owner for good.
                    Please enter your own bank account for your partner, that is the quickest.
                """,
                steps="""
                    I look at the second payee on {soon} and write to both of you if the PIN is still open.
                    The letter can be sent again by your co-creator; I check on {soon} that the share left.
                """,
            ),
        ),
    ),
)
