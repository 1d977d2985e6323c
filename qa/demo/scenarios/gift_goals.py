"""Live gifts: the goal on the screen, and what a gift is worth."""

from qa.demo.scenarios.model import Family, branch, family

LIVELY = (2.0, 2.0, 5.0, 1.0)

FAMILIES: tuple[Family, ...] = (
    family(
        "goal_overlay",
        "Gift goal overlay wrong",
        queue="live_gifts",
        topic="gift goal overlay",
        stake="live",
        share=0.8,
        channels=LIVELY,
        risk_class=0,
        verifies=False,
        policy="Live studio guide, page 'Goals'",
        handover="live engineering",
        subjects="""
            @old_source Goal stuck at {percent} %
            Overlay does not count gifts
            @old_source Gift goal jumps back
            @goal_currency Goal shows too little
        """,
        openings="""
            @old_source My gift goal was stuck at {percent} percent during the stream on {date}, though gifts kept \
            coming in.
            @old_source The goal overlay jumps back to zero each time I change the scene on {device}.
            @old_source I set a goal of {small}, and the overlay shows another number than the studio.
            @goal_currency The gift goal shows about a third less than what my viewers gave on {date}.
            @goal_currency At the end of the stream on {date} the goal stood at {percent} percent, and my viewers had \
            counted far more.
        """,
        questions="""
            Which address is in the browser source of your streaming programme, the old or the new one?
            Does the goal in the studio itself count correctly while the overlay does not?
        """,
        sides="""
            Can two goals run at once? | One goal at a time is shown, a second one waits and starts when the first is \
            reached.
            Can I choose my own font? | Yes, the overlay takes a style line; the guide has examples.
        """,
        branches=(
            branch(
                "old_source",
                detail="""
                    It is the one I set up two years ago. The studio counts right.
                    The studio is right, the overlay is not. I never changed the address.
                """,
                finding="""
                    Old overlay address (version 1) is no longer updated since {earlier}. Studio goal correct.
                """,
                right="""
                    Your programme still uses the first overlay address, which is not updated any more since \
                    {earlier}. Copy the new one from Live, Goals, "Address of the overlay", put it into the browser \
                    source and tick "do not reload on scene change". Then both show the same number.
                    The studio counts correctly, so it is only the address. Replace it by the one under Live, Goals; \
                    the old one froze at the value it had on {earlier}.
                """,
                thin="""
                    Please set up the overlay again with the current address.
                """,
                wrong="""
                    Overlays are made by your streaming programme, please ask its makers.
                """,
                steps="""
                    Try it in a private test stream; I can watch the counter from here on {soon} if you tell me the \
                    hour.
                """,
            ),
            branch(
                "goal_currency",
                detail="""
                    The address is new. Both are wrong, in the same way, about a third too low.
                    New address. The studio is wrong as well, it shows less than I got.
                """,
                finding="""
                    Goal counts the creator's share in payout currency, creator expected coins bought by viewers. \
                    Works as built; label unclear.
                """,
                right="""
                    The goal counts your own share, while the chat sees what viewers paid; that is the third you miss. \
                    You can switch it under Live, Goals, "Count: viewers' coins". The figure of {date} was not wrong, \
                    but the label hardly tells, and I have passed that on.
                    Nothing is lost: the goal shows your share after fees. Choose "viewers' coins" as the unit, and \
                    overlay and chat agree.
                """,
                thin="""
                    The goal uses another unit. You can change it in the settings.
                """,
                wrong="""
                    It is a display error and will go away by itself.
                """,
                steps="""
                    Switch the unit before the next show; on {soon} I look whether the new label is planned and tell \
                    you.
                """,
            ),
        ),
    ),
    family(
        "gift_value",
        "What a gift is worth",
        queue="live_gifts",
        topic="gift value",
        stake="money",
        share=0.8,
        channels=LIVELY,
        risk_class=1,
        policy="Live gift terms, section 3 (shares)",
        handover="payment operations",
        facts={"gift": ("Comet", "Golden Kettle", "Fireworks", "Paper Crane", "Sea Lantern")},
        subjects="""
            How much is a {gift} worth?
            My share of gifts got smaller
            Gift rate for {month}
        """,
        openings="""
            A viewer paid for a {gift} and I got far less than I expected. How is my share worked out?
            In {prior_month} a {gift} brought more than in {month}. Did the rate change?
            I add up the gifts of {month} and come to {amount}; you come to {small} less.
        """,
        questions="""
            Did your viewers buy the coins in the phone app or in the browser?
            Which tier does your live page show for {month}?
        """,
        sides="""
            Where do I see the rate of each gift? | In the gift list, the small "i" beside a gift shows coins, fee and \
            your share.
            Does the share count as income from advertising? | No, gifts have a line of their own in the statement.
        """,
        branches=(
            branch(
                "app_fee",
                detail="""
                    Most of them use the phone app, I think.
                    The app, nearly all. The live page says the same tier as always.
                """,
                finding="""
                    Share unchanged; portion bought in phone apps rose from a third to four fifths. Store fee explains \
                    the {small}.
                """,
                right="""
                    Your share is the same as ever. What changed is where the coins are bought: in {month} most came \
                    through the phone app, whose store keeps a fee before anything is shared. The {small} is that fee, \
                    each line of the statement names it. Coins bought in the browser carry none.
                    I compared {prior_month} and {month}: same tier, same share, but many more coins bought in the \
                    app, where the store's fee comes off first. That makes the {small}.
                """,
                thin="""
                    Purchases in the app have a fee, so you get less.
                """,
                wrong="""
                    We raised our own fee in {month}, it was announced in the forum.
                """,
                steps="""
                    I send you the split by app and browser for both months on {soon}, so that you can follow it.
                """,
            ),
            branch(
                "tier_lost",
                detail="""
                    The live page shows a lower tier since the first of {month}.
                    Browser, mostly. And the tier changed, I see now, it was higher before.
                """,
                finding="""
                    Live tier fell for {month}: fewer than 8 live hours in {prior_month}. Rule applied correctly; \
                    notice sent {earlier}.
                """,
                right="""
                    Your live tier went down for {month}, because {prior_month} had fewer than eight live hours; the \
                    share follows the tier. With eight hours this month the former share is back on the first of the \
                    next. The notice about it went out on {earlier}.
                    It is the tier: eight hours live in a month keep the higher share, and {prior_month} had less. The \
                    sum is right for the lower one, I added it up.
                """,
                thin="""
                    Your share depends on the live tier, which was lower in {month}.
                """,
                wrong="""
                    I have put you back to the higher tier, do not worry.
                """,
                steps="""
                    I look on {soon} how many hours you have and tell you whether the tier comes back.
                """,
            ),
        ),
    ),
)
