"""Monetisation: suitability for advertising, reused content, advertising breaks, sponsorship."""

from qa.demo.scenarios.model import Family, branch, family

FAMILIES: tuple[Family, ...] = (
    family(
        "ads_limited",
        "Limited advertising on a video",
        queue="monetisation",
        topic='limited advertising on "{video}"',
        stake="money",
        share=1.3,
        risk_class=1,
        verifies=False,
        severities=(8, 2, 0, 0),
        policy="Advertising guidelines, part 3 (sensitive topics)",
        handover="ad review",
        facts={
            "topicword": (
                "old weapons in a museum",
                "a hospital stay",
                "an accident with a saw",
                "the history of gambling",
            )
        },
        subjects="""
            Yellow mark on "{video}"
            Limited advertising, but why?
            Please review "{video}"
        """,
        openings="""
            "{video}" got the yellow mark an hour after I published it. It is about {topicword}, nothing bad.
            Limited advertising on "{video}" since {date}. Please let a person look at it.
            Each time I mention {topicword}, advertising is limited. This time it is "{video}".
        """,
        questions="""
            Did you answer the self-rating when you published, and how?
            Have you asked for the review by a person already, and when?
        """,
        sides="""
            Do I get the lost income back if you change it? | No, but the mark is set before most views if you publish \
            unlisted first and wait for the check.
            Does the yellow mark hurt my reach? | No, it concerns advertising only.
        """,
        branches=(
            branch(
                "title_trigger",
                detail="""
                    I answered "none of these". No review asked yet, I did not find the button.
                    Self-rating was all no. I would ask for a review, but there is no button.
                """,
                finding="""
                    Automatic limit from title and thumbnail; content itself documentary. Review button hidden until \
                    self-rating is complete.
                """,
                right="""
                    The video itself is fine under part 3, which allows {topicword} when it is shown to inform. What \
                    set off the mark is the thumbnail together with the title. Complete the last question of the \
                    self-rating, then the button "Ask for review" appears; a person looks within two days.
                    I read the check's result: title and picture, not the content. The button for a review comes with \
                    the last answer in the self-rating. I cannot lift the mark myself, but the grounds are good.
                """,
                thin="""
                    You can ask for a review by a person once the self-rating is complete.
                """,
                wrong="""
                    Any mention of {topicword} rules out advertising, there is nothing to be done.
                """,
                steps="""
                    I look at the result on {soon} and explain it to you, whichever way it goes.
                """,
            ),
            branch(
                "review_upheld",
                detail="""
                    I asked for it on {date}, and it was confirmed. Without any reason.
                    Reviewed by a person, still yellow. I answered "mild".
                """,
                finding="""
                    Human review upheld: injury shown close up at {minute}. Second review possible after an edit. \
                    Self-rating "mild" accepted.
                """,
                right="""
                    The person who reviewed it kept the mark because of one scene, at {minute}: the injury is shown \
                    close up for some seconds, which part 3 limits even in a documentary. If you blur or cut these \
                    seconds in the editor, you may ask again; the rest is fine.
                    It hinges on the scene at {minute} only. Without the close-up the video fits part 3, and after an \
                    edit a new review is open to you.
                """,
                thin="""
                    The review found a scene that limits advertising. You could edit it.
                """,
                wrong="""
                    Reviews are final, please upload the whole video again under another name.
                """,
                steps="""
                    Write to me when the edit is done; I note the former result for the reviewer and look on {soon}.
                """,
            ),
        ),
    ),
    family(
        "reused_content",
        "Channel out of the partner programme",
        queue="monetisation",
        topic="removal from the partner programme",
        stake="money",
        risk_class=2,
        verifies=False,
        escalates=0.15,
        policy="Partner programme rules, section 4 (reused content)",
        handover="partner review",
        subjects="""
            Monetisation switched off
            "Reused content", but it is all mine
            Removed from the partner programme
        """,
        openings="""
            On {date} you switched off monetisation for {channel}, because of "reused content". I film everything \
            myself!
            {channel} is out of the partner programme since {date}. {subs} subscribers, and now this.
            The mail says reused content. It does not say which video.
        """,
        questions="""
            Do your videos contain clips, images or music of others, and with how much of your own voice over them?
            Have you already sent in the video appeal, in which you show how you make your videos?
        """,
        sides="""
            May I go on uploading? | Yes, uploads and live streams are not touched.
            When can I apply again? | 30 days after the decision, or at once through the video appeal.
        """,
        branches=(
            branch(
                "compilations",
                detail="""
                    Some older ones are compilations of clips, with my comment at the beginning only.
                    About {days} older videos are best-of lists. I speak at the start and the end.
                """,
                finding="""
                    Decision based on a series of compilations with little comment; newer videos are original. Clear \
                    way to re-apply.
                """,
                right="""
                    The decision rests on the older compilations: clips of others with your voice only at the start \
                    and end. Section 4 asks that your own contribution is plain throughout. Take those videos off or \
                    rework them, then apply again; your newer videos are not the problem at all.
                    It is the series of best-of lists. The rule is not about rights but about how much of your own is \
                    in there. Without that series the channel looks fine to me, though a reviewer decides.
                """,
                thin="""
                    Some videos are compilations. Please rework them and apply again.
                """,
                wrong="""
                    Delete the whole channel and begin anew, that is simplest.
                """,
                steps="""
                    If you have cleaned up by {deadline}, I look at the list of videos with you on {soon} before you \
                    apply.
                """,
            ),
            branch(
                "own_voice",
                detail="""
                    No, everything is filmed and spoken by me. I have not sent a video appeal.
                    All mine. Somebody copies me, maybe you took me for the copy?
                """,
                finding="""
                    Channel's originals are re-uploaded elsewhere; matching pointed the wrong way. Video appeal \
                    recommended, raw files as proof.
                """,
                right="""
                    From what I see another channel copies you, and the match was read the wrong way round. Please \
                    send the video appeal (five minutes at most) in which you show raw files and how you work, and \
                    link the copier. A person decides within 14 days.
                    I looked at the matches: your uploads are older. That speaks for you, but the decision is taken by \
                    the partner review. Use the video appeal, show the raw material, and name the other channel.
                """,
                thin="""
                    Please use the video appeal to show that the content is yours.
                """,
                wrong="""
                    I have switched monetisation on again for you, the review is not needed.
                """,
                steps="""
                    When the appeal is in, I add my note about the dates; the answer is due before {soon}, and I \
                    follow it.
                """,
            ),
        ),
    ),
    family(
        "sponsor_disclosure",
        "Disclosing a sponsorship",
        queue="monetisation",
        topic="sponsorship by {sponsor}",
        stake="growth",
        share=0.9,
        risk_class=2,
        verifies=False,
        policy="Partner programme rules, section 8 (paid promotion)",
        handover="partner policy",
        subjects="""
            Paid promotion: which box?
            @box_missing {sponsor} video held back
            @free_products Do I have to disclose free products?
        """,
        openings="""
            What exactly has to be disclosed when I work with {sponsor}? The rules confuse me.
            @box_missing {sponsor} pays me for a segment in "{video}". What exactly do I have to tick, and when?
            @box_missing My video with {sponsor} was held back on {date}, the notice says a disclosure is missing.
            @free_products {sponsor} sent me products for free, without a contract. Do I have to disclose that?
            @free_products {sponsor} offers me a parcel and a code for my viewers. Is that advertising already?
        """,
        questions="""
            Does {sponsor} pay you, or did you get products or a share of sales?
            Did you tick "paid promotion" when uploading, or only say it in the video?
        """,
        sides="""
            Does the label hurt the number of views? | No, it is shown to viewers and does not count in \
            recommendations.
            Which countries have rules of their own? | Several; we cannot advise on law, but the guide links each \
            authority's page.
        """,
        branches=(
            branch(
                "box_missing",
                detail="""
                    They pay. I say it in the video, at {minute}, but did not tick anything.
                    Paid. I thought saying it aloud was enough.
                """,
                finding="""
                    Paid segment spoken, box not ticked. Video held by rule until the box is set; no strike.
                """,
                right="""
                    Saying it is good, but section 8 asks for both: the spoken word and the box "Contains paid \
                    promotion". Tick it under Details, More; the video is released by itself within the hour, and no \
                    mark stays on the channel.
                    The only thing missing is the box. Set it in the video's details and it goes live again; what you \
                    say at {minute} is just right as it is.
                """,
                thin="""
                    Please tick the box for paid promotion in the details.
                """,
                wrong="""
                    If you do not mention {sponsor} in the title, no box is needed.
                """,
                steps="""
                    I look on {soon} that the video is out; if it is still held an hour after ticking, answer here.
                """,
            ),
            branch(
                "free_products",
                detail="""
                    No money, only a parcel. And a code, of which I get a share.
                    Products, and ten percent of what is sold with my code.
                """,
                finding="""
                    Free products plus share of sales counts as paid promotion under section 8. Nothing published yet.
                """,
                right="""
                    A share of sales counts as payment, so the box has to be ticked, even though no fee was agreed. \
                    For products alone, with no say in the video by {sponsor}, a spoken word would be enough. In \
                    doubt, ticking does no harm.
                    With the code you earn from every sale, and section 8 calls that a paid promotion: tick the box \
                    and say it at the start of the segment.
                """,
                thin="""
                    Yes, please disclose it.
                """,
                wrong="""
                    Gifts need not be disclosed anywhere in the world.
                """,
                steps="""
                    If you send me the address of the unlisted video by {deadline}, I tell you by {soon} whether the \
                    disclosure fits the rule.
                """,
            ),
        ),
    ),
    family(
        "ad_breaks",
        "Advertising breaks in the wrong place",
        queue="monetisation",
        topic='advertising breaks in "{video}"',
        stake="growth",
        share=0.8,
        risk_class=0,
        verifies=False,
        policy="Advertising guide, page 'Breaks'",
        handover="ad serving",
        subjects="""
            Advertising in the middle of a sentence
            Breaks I did not set
            Too many breaks in "{video}"
        """,
        openings="""
            "{video}" has a break in the middle of my best sentence, at {minute}. I did not put it there.
            @automatic_on Viewers complain about breaks every two minutes in "{video}". I set only two.
            @automatic_on Since {date} there are breaks in old videos that never had any.
            @cached_cut The breaks in "{video}" were right for weeks and sit in the wrong place since {date}.
        """,
        questions="""
            Are automatic breaks switched on for the channel, or just for this video?
            Do the breaks show in the editor's timeline, or only to viewers?
        """,
        sides="""
            Can I see how much each break earns? | Yes, under Analytics, Income, "by break".
            Do fewer breaks mean less income? | Not in proportion; badly placed breaks make viewers leave.
        """,
        branches=(
            branch(
                "automatic_on",
                detail="""
                    There is a switch "automatic breaks", and it is on. I never touched it.
                    They show in the timeline with a small robot. Automatic, it seems.
                """,
                finding="""
                    Automatic breaks switched on by default for the channel with the change of {earlier}; creator had \
                    not chosen.
                """,
                right="""
                    Automatic breaks were switched on for channels without a choice on {earlier}. Switch them off \
                    under Settings, Upload defaults, Breaks, and choose "remove automatic breaks from existing \
                    videos"; the two you set yourself stay.
                    The robot marks automatic breaks. One switch in the upload defaults turns them off, and a second \
                    removes them from older videos. Your own two stay where they are.
                """,
                thin="""
                    You can switch off automatic breaks in the settings.
                """,
                wrong="""
                    Breaks cannot be influenced, advertisers choose them.
                """,
                steps="""
                    It takes a few hours for all videos; I look at "{video}" on {soon}.
                """,
            ),
            branch(
                "cached_cut",
                detail="""
                    Automatic is off. In the editor everything is right, viewers see something else.
                    Not in the timeline. I had cut two minutes from the beginning, that was on {date}.
                """,
                finding="""
                    Video trimmed {date}; break positions not shifted with the cut (known fault). Fix: save the breaks \
                    once more.
                """,
                right="""
                    It comes from the cut on {date}: the breaks kept their old times, so each one is shifted. That is \
                    a fault of ours. Open the break editor, move any break by a second and save; then all are taken \
                    over anew.
                    After a cut the break times are not moved along, a fault we know. Saving the breaks once more puts \
                    it right, which I have tried on a copy.
                """,
                thin="""
                    Please save the breaks again in the editor.
                """,
                wrong="""
                    Please upload the whole video again.
                """,
                steps="""
                    I have added your case to the fault report; on {soon} I tell you whether the repair is out.
                """,
            ),
        ),
    ),
)
