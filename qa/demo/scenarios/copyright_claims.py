"""Copyright: claims, disputes, counter notices, and creators' own requests."""

from qa.demo.scenarios.model import Family, branch, family

FAMILIES: tuple[Family, ...] = (
    family(
        "manual_claim",
        "Manual claim on a video",
        queue="copyright",
        topic='manual claim on "{video}"',
        stake="rights",
        share=1.3,
        risk_class=3,
        verifies=False,
        policy="Copyright process, part 2 (claims and disputes)",
        handover="rights operations",
        facts={
            "clip": ("eight seconds of a news clip", "a film scene without sound", "a picture of a poster", "a jingle")
        },
        subjects="""
            Claim by {label} on "{video}"
            Manual claim for {clip}
            All income goes to {label}
        """,
        openings="""
            {label} made a manual claim on "{video}" for {clip}. Since {date} all income goes to them.
            Somebody claimed "{video}" by hand, for {clip}. Is that allowed?
            @no_times The claim on "{video}" names no time. {label} only writes "contains our content".
        """,
        questions="""
            Does the claim show a start and an end time, and do they fit what you see there?
            Where does the passage come from: own recording, a licence, or somebody else's work?
        """,
        sides="""
            What happens to the income during a dispute? | If you dispute within five days it is kept aside from the \
            first day and goes to whoever is right.
            Can I get a strike by disputing? | Not by the dispute itself; only a later takedown request could lead to \
            one.
        """,
        branches=(
            branch(
                "no_times",
                detail="""
                    No times at all. And the passage is my own recording from the street.
                    It shows nothing. I filmed that myself, the poster hangs in my street.
                """,
                finding="""
                    Manual claim without timestamps: breaks the process rule. Claimant asked to add times within 48 h, \
                    else the claim falls.
                """,
                right="""
                    A claim made by hand must name the times, and this one does not. I have asked {label} through the \
                    process to add them within 48 hours, otherwise the claim falls. Apart from that, you may dispute \
                    it now under "my own content"; then the income from {date} on is kept aside. Which way you choose \
                    is yours to decide.
                    Two ways are open: the missing times, which I have asked for, and the dispute, which you can send \
                    today. The second keeps your income safe while both sides are heard.
                """,
                thin="""
                    You can dispute the claim if you think it is wrong.
                """,
                wrong="""
                    You will win this easily in court, you should sue them.
                """,
                steps="""
                    The 48 hours end before {soon}; I look that day and tell you whether the claim still stands.
                """,
            ),
            branch(
                "licensed_clip",
                detail="""
                    From {minute} on, and the times fit. I bought a licence for it, with an invoice.
                    It is right, that clip is theirs. But I paid for it on {earlier}.
                """,
                finding="""
                    Times fit. Creator holds a licence dated {earlier}; claimant may not know it. Dispute with licence \
                    attached; 30 days for the answer.
                """,
                right="""
                    The passage is theirs and you have a licence for it, which {label} perhaps did not match. In the \
                    dispute choose "I have a licence" and attach the invoice of {earlier} (cover the card's number, \
                    please). They have 30 days to answer; most release it within a week. Whether the licence covers \
                    this use only the two of you can settle.
                    Then the dispute with the licence is the place for it. Attach the paper with date and title; the \
                    claimant has 30 days, and your income waits safely so long.
                """,
                thin="""
                    Please dispute it and attach the licence.
                """,
                wrong="""
                    I have looked at the licence and released the claim myself.
                """,
                steps="""
                    The answer is due 30 days after the dispute; I look in between, on {soon}, and write if they have \
                    released it.
                """,
            ),
        ),
    ),
    family(
        "fair_use",
        "Dispute over quotation and review",
        queue="copyright",
        topic='dispute about the quotation in "{video}"',
        stake="rights",
        risk_class=3,
        verifies=False,
        escalates=0.12,
        policy="Copyright process, part 3 (exceptions and quotations)",
        handover="rights operations",
        facts={"work": ("a film trailer", "a game's ending", "a concert recording", "a cooking show")},
        subjects="""
            Dispute rejected: "{video}"
            A review must be allowed to quote
            Claim on my critique of {work}
        """,
        openings="""
            "{video}" is a review of {work}. I quote short scenes and speak over them, and my dispute was rejected.
            I disputed the claim on "{video}" on {earlier}, because it is a critique of {work}. The answer was a no \
            without a word.
            How am I to review {work} without showing it? My dispute on "{video}" was turned down on {date}.
        """,
        questions="""
            How long are the passages, and does your voice or text run over each of them?
            Which ground did you choose in the dispute, and what did you write?
        """,
        sides="""
            Can I be sued for the appeal? | The appeal makes you name your address to the claimant and consent to the \
            process; what follows in law we cannot advise on.
            Does the video stay online meanwhile? | Yes, during the dispute and the appeal it stays.
        """,
        branches=(
            branch(
                "short_text",
                detail="""
                    Passages of five to twelve seconds, always with my voice. I only wrote "fair use".
                    Short, with comment. The field I left nearly empty, I thought it was a formality.
                """,
                finding="""
                    Dispute text two words. Appeal open until {deadline}. Creator to describe purpose, length, own \
                    contribution. No assessment of merits by us.
                """,
                right="""
                    The next step is the appeal, open until {deadline}. The claimant reads only what you write, and \
                    two words gave them nothing: describe for each passage what you say about it, how long it is, and \
                    why the point could not be made without it. Whether an exception holds in your country is a legal \
                    question that I may not answer; the guide links sources.
                    You can appeal until {deadline}. It helps to list the passages with minute and purpose. Please \
                    know that the appeal gives your name and address to the claimant, and that they can then release \
                    it or ask for removal.
                """,
                thin="""
                    You can appeal the decision within the deadline.
                """,
                wrong="""
                    That is clearly fair use, you cannot lose, please appeal.
                """,
                steps="""
                    After the appeal the claimant has seven days; I look on {soon} and tell you what is possible then.
                """,
            ),
            branch(
                "long_quote",
                detail="""
                    One passage runs three minutes, without me. The rest is short.
                    At {minute} I let it run, because it is so good. My ground was "review".
                """,
                finding="""
                    One passage of 3 min without comment from {minute}; others short. Trim tool would end the claim. \
                    Appeal possible but with risk; explained neutrally.
                """,
                right="""
                    The claim names just one passage: the three minutes from {minute}, where only the work itself \
                    runs. You have three ways: cut it in the editor, which ends the claim at once; appeal until \
                    {deadline}, with the chance of a takedown request in answer; or leave it, and the income goes to \
                    them. Which one suits you is your decision, I can only say what each leads to.
                    It is about the passage from {minute} alone. Trimming it takes ten minutes and settles the matter; \
                    an appeal keeps it open and can end in a strike if they ask for removal.
                """,
                thin="""
                    You can cut the passage or appeal.
                """,
                wrong="""
                    Everything under thirty seconds is allowed, everything above is forbidden, that is the law.
                """,
                steps="""
                    The last day is {deadline}. I look at the case on {soon} and tell you what changed.
                """,
            ),
        ),
    ),
    family(
        "counter_notice",
        "Counter notice after a takedown",
        queue="copyright",
        topic='counter notice for "{video}"',
        stake="rights",
        share=0.8,
        risk_class=4,
        escalates=0.18,
        policy="Copyright process, part 5 (counter notices)",
        handover="legal operations",
        subjects="""
            @sentence_missing Counter notice rejected
            "{video}" taken down, I want it back
            @waiting_time How long does a counter notice take?
        """,
        openings="""
            @sentence_missing "{video}" was removed on {date} after a request by {label}. I sent a counter notice and \
            it was rejected as incomplete.
            @sentence_missing I sent a counter notice for "{video}" and got a form letter back. What is wrong with it?
            @waiting_time I have a strike because of {label}. The video is mine. What happens after a counter notice?
            @waiting_time My counter notice for "{video}" is "in process" since {earlier}. The video is still gone.
        """,
        questions="""
            Does your notice hold the full name, the address and the sentence of consent, each word of it?
            On which day did you get the confirmation that it was passed on?
        """,
        sides="""
            Does the claimant see my address? | Yes, the process requires that it is passed on with the notice.
            Can I take the notice back? | Until it is passed on, yes; afterwards only the claimant can end it.
        """,
        branches=(
            branch(
                "sentence_missing",
                detail="""
                    Name and address yes. I left out the sentence, it sounded dangerous.
                    I signed with my channel's name and shortened that sentence.
                """,
                finding="""
                    Notice lacks the statement of consent and legal name. Not valid in form; can be sent again. No \
                    other obstacle.
                """,
                right="""
                    The notice was complete but for two things the law wants word by word: your legal name and the \
                    sentence of consent. Please send it again with both; the text stands in the form and cannot be \
                    shortened. After that we pass it on, and the claimant has ten working days in which to go to \
                    court; if they do not, the video and the strike are undone. What the sentence means for you, \
                    please ask a lawyer.
                    It failed on its form only. With your legal name and the unchanged sentence it is valid and is \
                    passed on the same day; then ten working days run.
                """,
                thin="""
                    The notice was incomplete. Please send it again with everything.
                """,
                wrong="""
                    You must send a notarised paper letter, otherwise we cannot accept it.
                """,
                steps="""
                    If it comes by {deadline}, I check the form myself the same day; next word on {soon}.
                """,
            ),
            branch(
                "waiting_time",
                detail="""
                    All of it. The confirmation came on {date}.
                    Complete, confirmed on {date}. I only want to know what goes on.
                """,
                finding="""
                    Valid notice passed on {date}. Ten working days running. No action by claimant so far. Cannot be \
                    shortened.
                """,
                right="""
                    Everything is in order: we passed it on to {label} on {date}, and since then ten working days run \
                    in which they may go to court. We may not put the video back earlier, even if the case looks \
                    plain. If nothing comes, video and strike are undone on the working day after.
                    You need not do anything now. The ten working days began on {date}; no suit has reached us so far. \
                    I cannot shorten the time, it is laid down by law.
                """,
                thin="""
                    There is a waiting time after a counter notice.
                """,
                wrong="""
                    I put the video back for you already, as you are surely right.
                """,
                steps="""
                    I have the last day in my calendar and write to you on the working day after it, around {soon}.
                """,
            ),
        ),
    ),
    family(
        "reupload",
        "Somebody re-uploads my videos",
        queue="copyright",
        topic="copied videos",
        stake="rights",
        share=0.9,
        risk_class=2,
        policy="Copyright process, part 6 (takedown requests)",
        handover="rights operations",
        subjects="""
            {partner} copies my videos
            Copies of "{video}" everywhere
            Takedown request not accepted
        """,
        openings="""
            {partner} uploads my videos one after the other, "{video}" already three times.
            I found {days} copies of "{video}". My request to remove them was not accepted.
            A channel takes my videos, mirrors the picture and earns with it. What can I do?
        """,
        questions="""
            Did you send one request per video with the address of original and copy?
            Are you the owner of everything in it, or does a network or label hold the rights?
        """,
        sides="""
            Is there a tool that finds copies? | The copy finder is open to channels in the partner programme, under \
            Copyright, Matches.
            Do they get a strike? | Each valid request leads to one, three within 90 days end the channel.
        """,
        branches=(
            branch(
                "addresses_missing",
                detail="""
                    I gave only the channel, not each video. And everything is mine.
                    One request for all. I wrote "the whole channel".
                """,
                finding="""
                    Request named a channel instead of videos; not valid in form. Copy finder shows 9 matches; \
                    one-click requests there.
                """,
                right="""
                    A request must name each copy, "the whole channel" is not enough in form. The quick way is \
                    Copyright, Matches: the copy finder lists the copies with yours beside them, and a request can be \
                    sent for several at once. Please look at each one first, since you declare in law that it is not \
                    permitted.
                    It failed because no single video was named. In the copy finder they are all listed already; tick \
                    those that are copies and send one request.
                """,
                thin="""
                    Please send a request for each video.
                """,
                wrong="""
                    I have deleted the other channel for you.
                """,
                steps="""
                    Requests are usually decided in two days; I look on {soon} what became of them.
                """,
            ),
            branch(
                "network_rights",
                detail="""
                    A network handles my rights, since {prior_month}. Do I have to ask them?
                    I joined a network; the contract says they act for me.
                """,
                finding="""
                    Rights administered by a network since {prior_month}; requests from the creator bounce. Network \
                    contact to file, or change of setting.
                """,
                right="""
                    Since {prior_month} your network is entered as the one who acts on your rights, so requests from \
                    your own account bounce. Either they file it, or they allow you both in their settings ("creator \
                    may file"). What your contract says about it is between the two of you.
                    The request bounced because the network holds the mandate. A word to them is the fastest way; they \
                    have the same tool and see the same matches.
                """,
                thin="""
                    Your network has to send the request.
                """,
                wrong="""
                    Leave the network, then you can do it yourself.
                """,
                steps="""
                    I have noted it; if the network has not filed by {soon}, write here and I ask rights operations \
                    for the contact.
                """,
            ),
        ),
    ),
)
