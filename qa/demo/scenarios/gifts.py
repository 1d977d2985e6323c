"""Live gifts: not credited, refunded, reversed after fraud."""

from qa.demo.scenarios.model import Family, branch, family

LIVELY = (2.0, 2.0, 5.0, 1.0)

FAMILIES: tuple[Family, ...] = (
    family(
        "gifts_not_credited",
        "Gifts not credited",
        queue="live_gifts",
        topic="missing gifts",
        stake="live",
        share=1.5,
        channels=LIVELY,
        risk_class=2,
        policy="Live gift terms, section 2 (crediting)",
        handover="live engineering",
        subjects="""
            Gifts of the stream on {date} missing
            {small} in gifts never arrived
            Viewers sent gifts, balance shows nothing
        """,
        openings="""
            During my stream on {date} at {hour} I got gifts worth about {small}, and the balance has not moved.
            My viewers sent gifts for {small} on {date}. The animation ran, the chat saw it, the ledger shows nothing.
            {viewers} people watched, dozens of gifts flew by, and my gift balance is the same as before the show.
        """,
        questions="""
            Did the stream end normally, or was it cut off and started again?
            Does the gift list of the stream show the gifts as "pending", or not at all?
        """,
        sides="""
            Do my viewers get their coins back meanwhile? | No, their gifts stand; only the crediting to you is late.
            Does a second stream on the same day mix things up? | Each stream has a list of its own, so nothing is \
            mixed.
        """,
        branches=(
            branch(
                "stream_cut",
                detail="""
                    It was cut off once, I restarted after a minute. The list of the first part is empty.
                    Cut at {hour}, back two minutes later. I see only gifts after that.
                """,
                finding="""
                    Two stream ids on {date}; the first ended without a closing event, its gifts ({small}) sit in the \
                    late ledger.
                """,
                right="""
                    Your show has two halves in our books. The first was cut without a proper end, so its gifts worth \
                    {small} wait in the late ledger until the nightly check closes it. I have asked for the check now; \
                    the gifts then appear under the first stream, with the names of the viewers.
                    I found them: {small} of gifts belong to the part before the cut at {hour}. Nothing is lost. They \
                    are credited when the first half is closed, which I have just set off.
                """,
                thin="""
                    Gifts can be credited later when a stream was interrupted.
                """,
                wrong="""
                    Gifts sent before a cut are lost, the terms say so.
                """,
                steps="""
                    The ledger is closed overnight; I compare the sum on {soon} and write to you with the figure.
                    Tomorrow you see them; if the sum is not {small}, answer here and I count gift by gift.
                """,
            ),
            branch(
                "pending_check",
                detail="""
                    It ended normally. They are there as "pending" since that evening.
                    Pending, all from one viewer with a strange name.
                """,
                finding="""
                    Gifts {small} pending: payment check on one new buyer, usual 72 hours. Rest of the stream \
                    credited.
                """,
                right="""
                    All pending gifts come from one new buyer, and a first large purchase is checked for up to 72 \
                    hours. If the payment holds, {small} are credited by themselves; if not, they disappear and you \
                    owe nothing.
                    The {small} are pending because the buyer's payment is still being checked, which is usual for a \
                    first purchase of this size. You have done nothing wrong and need not do anything.
                """,
                thin="""
                    The gifts are being checked, please wait.
                """,
                wrong="""
                    The viewer has surely cheated, I suggest you block them right away.
                """,
                steps="""
                    The check ends at the latest on {soon}; I look that day and tell you the result.
                """,
            ),
        ),
    ),
    family(
        "gift_refund",
        "A viewer wants a gift back",
        queue="live_gifts",
        topic="refund of a gift",
        stake="live",
        channels=LIVELY,
        risk_class=3,
        risky=True,
        policy="Live gift terms, section 5 (refunds)",
        handover="payment disputes",
        facts={
            "sign": (
                "I think the viewer may be a child, the mother wrote to me.",
                "The viewer says the phone was not in their hands that night.",
                "He writes that he will do something to himself if he does not get it back.",
            ),
            "signal": (
                "a viewer who may be a minor",
                "a purchase that somebody else may have made",
                "the worrying message of the viewer",
            ),
        },
        subjects="""
            Viewer wants {small} back
            Refund of gifts to a viewer
            A parent asks for the gifts of {date}
        """,
        openings="""
            A viewer who sent gifts for {small} on {date} now wants them back, and I would gladly do it. How?
            On {date} somebody gave {small} in gifts in one evening and regrets it. Can I return that?
            I got a message about gifts of {small} from {date}. They ask me to pay it back privately.
        """,
        questions="""
            Do you know the viewer's name on the platform, and was it one evening or several?
            Did anybody ask you to send money outside the platform?
        """,
        sides="""
            Will it hurt my standing if I return gifts? | No, a refund has no effect on your channel.
            May I name the viewer in my next stream? | Please do not; who asked for money back stays between them and \
            us.
        """,
        branches=(
            branch(
                "minor",
                detail="""
                    One evening. The parent says the account belongs to a twelve-year-old.
                    Only that night. And yes, they would like it by bank transfer from me.
                """,
                finding="""
                    Possible minor: case type "purchase by a child". Route: parent's form, not the creator. Creator's \
                    share {small} will be taken back if granted.
                """,
                right="""
                    Please do not transfer anything yourself: once money leaves the platform, nobody can prove it. The \
                    parent uses the form "Purchase by a child"; our payments team decides there, and if it is granted \
                    your share of {small} is taken from the gift balance. You need not judge anything.
                    What you can do is send the parent the link of the form "Purchase by a child" and nothing else, no \
                    money and no data. If it is granted, {small} leaves your gift balance by itself.
                """,
                thin="""
                    The viewer or parent must ask for the refund through our form.
                """,
                wrong="""
                    Just transfer the money to them, that is the fastest way.
                """,
                steps="""
                    Such cases are decided within five days; I look on {soon} and tell you what it means for your \
                    balance.
                """,
            ),
            branch(
                "regret",
                detail="""
                    Several evenings. Adult, I know him from the chat. Nothing outside the platform.
                    He simply lost control, he says. It was three streams.
                """,
                finding="""
                    Adult buyer, regret. Terms allow voluntary return by creator within 14 days through the gift list.
                """,
                right="""
                    As he is an adult and it is within 14 days, it is your choice: in the gift list of each stream you \
                    can press "Return" beside a gift; the coins go back to his wallet and your share is taken off. \
                    Nobody can oblige you.
                    You decide. Gift list, the three dots, "Return": that works for 14 days. He gets the coins, not \
                    money, and you see it in the ledger at once.
                """,
                thin="""
                    You can return gifts in the gift list for some days.
                """,
                wrong="""
                    Gifts can never be returned, tell him to be more careful.
                """,
                steps="""
                    If you return them, the ledger shows it at once; I check it on {soon} so that nothing is taken \
                    twice.
                """,
            ),
        ),
    ),
    family(
        "gift_fraud",
        "Gifts reversed after fraud",
        queue="live_gifts",
        topic="reversed gifts",
        stake="money",
        share=0.9,
        risk_class=4,
        risky=True,
        escalates=0.15,
        policy="Live gift terms, section 6 (fraud and reversals)",
        handover="payment fraud",
        facts={
            "sign": (
                "The same viewer had offered me half of it if I send the rest back in coins.",
                "Two of the names had written to me before about 'cheap coins'.",
            ),
            "signal": ("the offer to send coins back", "the offer of cheap coins by the same accounts"),
        },
        subjects="""
            {amount} taken from my gift balance
            Gifts reversed, why punish me?
            Negative gift balance
        """,
        openings="""
            On {date} you took {amount} from my gift balance. The note only says "reversal".
            My gift balance is negative since {date}. I gave that money out already!
            {amount} of gifts vanished weeks after the stream. I have done nothing wrong.
        """,
        questions="""
            Did the viewers in question ever contact you outside the stream?
            Was any part of these gifts already paid out to your bank?
        """,
        sides="""
            Will this happen with my other gifts? | Only gifts paid with the reported cards are reversed, the others \
            are final after 60 days.
            Do I get a strike for it? | No, unless somebody took part in it knowingly.
        """,
        branches=(
            branch(
                "stolen_cards",
                detail="""
                    Nobody contacted me. And yes, half of it was in the payout of {prior_month}.
                    No contact. The payout of {prior_month} had most of it.
                """,
                finding="""
                    Cards reported stolen by the banks, gifts {amount} reversed. Creator not involved. Balance offset \
                    over coming gifts, max 30 % a month.
                """,
                right="""
                    The gifts were paid with cards that were reported stolen, and the banks took the money back from \
                    us. You are not suspected. What had been paid out already is set off against coming gifts, at most \
                    30 percent a month, so your income does not stop.
                    I went through the list: every reversed gift belongs to a card that its bank reported. The \
                    {amount} is set off slowly, never more than 30 percent of a month's gifts, and you can see each \
                    one in the ledger.
                """,
                thin="""
                    The gifts were paid with stolen cards, therefore they were reversed.
                """,
                wrong="""
                    You have to transfer {amount} back to us within a week.
                """,
                steps="""
                    I write to you on {soon} with the list, gift by gift, and the first month's set-off.
                """,
            ),
            branch(
                "ring",
                detail="""
                    They wrote to me on another app, I did not answer. Nothing is paid out yet.
                    There was a message about sharing coins. I ignored it.
                """,
                finding="""
                    Gift ring: same accounts on 14 channels. Creator reported no contact; messages kept as proof. \
                    Fraud team has the case.
                """,
                right="""
                    You were picked by a ring that washes stolen cards through gifts on many channels. That you did \
                    not answer is just right. The gifts are reversed because the money was never real; nothing of \
                    yours was touched. Please keep the messages and report the accounts.
                    The reversed gifts come from a group that our fraud team knows. Your own gifts are untouched, I \
                    checked the sum. Keep the messages, please, they help.
                """,
                thin="""
                    It was a case of fraud by viewers. The gifts had to be taken back.
                """,
                wrong="""
                    As you had contact with them, your account may be closed.
                """,
                steps="""
                    The fraud team finishes by {soon}; I tell you what I may tell, and whether more gifts are \
                    concerned.
                """,
            ),
        ),
    ),
)
