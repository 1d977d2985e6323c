"""Monetisation: memberships."""

from qa.demo.scenarios.model import Family, branch, family

FAMILIES: tuple[Family, ...] = (
    family(
        "member_perks",
        "Membership perks missing",
        queue="monetisation",
        topic="membership perks",
        stake="growth",
        risk_class=1,
        policy="Membership terms, section 2 (perks)",
        handover="memberships",
        facts={"perk": ("badges", "early access", "the members' chat", "custom emotes", "the monthly postcard")},
        subjects="""
            Members do not get {perk}
            @level_renamed Perks of level two missing
            My members complain about {perk}
        """,
        openings="""
            My members pay for {perk} and since {date} they do not get it. I look like a cheat.
            @level_renamed Since I changed the levels on {earlier}, members of level two have lost {perk}.
            {viewers} members, and a dozen wrote to me that {perk} does not work.
        """,
        questions="""
            Did the members who miss it join before or after you changed the levels?
            Do they see the perk listed on their own membership page?
        """,
        sides="""
            Should I give them a month for free? | You can, under Members, Gift a month; it costs you only your share.
            Do they have to pay again? | No, their payment and their count of months go on.
        """,
        branches=(
            branch(
                "level_renamed",
                detail="""
                    Before. Those who came after have everything.
                    All of them joined earlier. I had renamed level two, that is all.
                """,
                finding="""
                    Level two deleted and created anew on {earlier}; old members sit on a level without perks. Can be \
                    moved in bulk.
                """,
                right="""
                    What looked like renaming was a deletion with a new level: your older members still sit on the old \
                    one, which has no perks. Under Members, Levels, "Closed levels" you can move all of them at once \
                    to the new level; price and months stay.
                    The older members are on a closed level. Move them in one step under Levels, Closed levels, and \
                    {perk} is back for everybody within the hour.
                """,
                thin="""
                    Please move the members to the new level.
                """,
                wrong="""
                    They have to cancel and join again, there is no other way.
                """,
                steps="""
                    After the move I compare the counts on {soon}: all of them should be on the new level.
                """,
            ),
            branch(
                "app_version",
                detail="""
                    Both. It seems to be those on {device}.
                    Old and new ones. On the membership page it is listed, it just does not show.
                """,
                finding="""
                    Display fault in the phone app before the version of {date}; rights are fine. Update solves it.
                """,
                right="""
                    The rights are all there, I tried three accounts. It is the phone app: versions from before {date} \
                    do not show {perk}. Ask your members to update; in the browser it works in any case.
                    It is a fault in the display and not in the memberships. The version of {date} repairs it. A post \
                    with that one sentence will calm them.
                """,
                thin="""
                    Please ask the members to update the app.
                """,
                wrong="""
                    Please switch memberships off and on again, the members join anew then.
                """,
                steps="""
                    I look on {soon} how many still use the old version and tell you.
                """,
            ),
        ),
    ),
    family(
        "member_drop",
        "Members lost overnight",
        queue="monetisation",
        topic="loss of members",
        stake="money",
        risk_class=2,
        policy="Membership terms, section 4 (renewals)",
        handover="memberships",
        subjects="""
            Lost {percent} % of my members overnight
            Members vanished on {date}
            Renewals failing
        """,
        openings="""
            On {date} I lost {percent} percent of my members in one night. Nobody leaves like that!
            My members fell from one day to the next, and those I asked did not cancel.
            @price_consent Since I raised the price on {earlier}, members disappear, although they say they agreed.
        """,
        questions="""
            Does the list of former members name a reason, such as "payment failed" or "not accepted"?
            Did you change a price or a level in the month before?
        """,
        sides="""
            Can I write to all of them at once? | Yes, Members, Former, "Send invitation" reaches all of one reason \
            together.
            Do their loyalty months count on? | If they return within 30 days, yes.
        """,
        branches=(
            branch(
                "price_consent",
                detail="""
                    It says "price not accepted". I raised it by one on {earlier}.
                    "Not accepted" for nearly all. I thought silence means yes.
                """,
                finding="""
                    Price change {earlier}: members in several countries must accept, else membership ends at renewal. \
                    Invitation possible 30 days.
                """,
                right="""
                    With a higher price many members have to accept actively, by the rules of their country; whoever \
                    does not answer ends at the renewal. That is what happened on {date}. Under Members, Former, \
                    choose the reason "price not accepted" and send the invitation; within 30 days they keep their \
                    months.
                    They did not leave on purpose: the new price was never accepted. The invitation to this group can \
                    be sent once for all, and 30 days are left for it.
                """,
                thin="""
                    Members have to accept a new price. Please invite them again.
                """,
                wrong="""
                    I have accepted the price for all of them, they are back.
                """,
                steps="""
                    Send it by {deadline}; I look on {soon} how many came back and write you the number.
                """,
            ),
            branch(
                "card_batch",
                detail="""
                    "Payment failed", all on the same day. I changed nothing.
                    No change on my side. All say payment failed.
                """,
                finding="""
                    Card processor fault on {date}, renewals wrongly declined. Retry runs by itself within 3 days; \
                    grace period keeps perks.
                """,
                right="""
                    On {date} one of our card processors wrongly declined renewals, in many channels. The charges are \
                    tried again by themselves within three days, and members keep their perks until then. You need not \
                    write to anybody.
                    It was our side: renewals were declined by mistake on {date}. About nine in ten come back with the \
                    second try; your list shows them as "in grace", not as gone.
                """,
                thin="""
                    There was a problem with card payments. It will be tried again.
                """,
                wrong="""
                    The members' cards are empty, we cannot influence that.
                """,
                steps="""
                    On {soon} the second try is through; I send you the count before and after.
                """,
            ),
        ),
    ),
    family(
        "member_price",
        "Price of a membership level",
        queue="monetisation",
        topic="price of the membership level",
        stake="growth",
        share=0.6,
        risk_class=0,
        policy="Membership terms, section 3 (prices)",
        handover="memberships",
        subjects="""
            @country_prices Prices differ by country
            @app_surcharge Cannot set the price I want
            @app_surcharge Membership costs more in the app
            @country_prices Same level, different price
        """,
        openings="""
            @country_prices A member in another country pays a quite different price for the same level of {channel}. \
            Why?
            @country_prices My members in three countries compare prices in the chat, and each of them pays something \
            else.
            @app_surcharge I would like to set my second level to {small}, and the field jumps to another number.
            @app_surcharge Members say that the level costs more in the phone app than in the browser.
        """,
        questions="""
            Which country is the member in, and where did they join: in the app or in the browser?
            Do you set one price, or did you switch on prices by country?
        """,
        sides="""
            Can I run a sale? | A first month at half price, yes, up to twice a year.
            Is tax in the price? | Yes, what members see includes their country's tax.
        """,
        branches=(
            branch(
                "country_prices",
                detail="""
                    Prices by country seem to be on. I thought that was only about currency.
                    It is a member abroad, browser. The switch is on, I never knew.
                """,
                finding="""
                    Prices by country on (default for channels since {earlier}). Amounts follow the table; nothing \
                    wrong.
                """,
                right="""
                    "Prices by country" is on: the level is then priced by a table that follows what people there \
                    usually pay, so the difference is meant. You can switch it off under Levels, Price, and everybody \
                    new pays the converted price; present members keep theirs.
                    The table of country prices explains it. Off is possible at any time, but most channels lose \
                    members abroad by it, so look at Analytics, Members by country first.
                """,
                thin="""
                    Prices are different by country. You can switch that off.
                """,
                wrong="""
                    It is an error in the exchange rate, members should claim the difference.
                """,
                steps="""
                    If you switch, it counts from the next day; I look on {soon} whether new members pay as you \
                    expect.
                """,
            ),
            branch(
                "app_surcharge",
                detail="""
                    In the app. And I set one price only.
                    One price, no countries. The app shows more than the browser.
                """,
                finding="""
                    App store surcharge shown to members, creator's share equal. Price points of the store are fixed \
                    steps.
                """,
                right="""
                    In the app the store's fee is added, and the store knows only fixed steps, which is why the number \
                    jumps. Your share is the same either way. In the description you may tell members that joining in \
                    the browser is cheaper.
                    Two things come together: the store's fee, which the member pays, and its fixed price steps. \
                    Nothing of it is taken from you.
                """,
                thin="""
                    The app has other prices because of fees.
                """,
                wrong="""
                    You set the wrong price for the app, please change it there.
                """,
                steps="""
                    There is a text for the description in the guide; I send you the link with the next step list on \
                    {soon}.
                """,
            ),
        ),
    ),
)
