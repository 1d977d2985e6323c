"""Creator tools: captions, analytics, uploads, premieres."""

from qa.demo.scenarios.model import Family, branch, family

FAMILIES: tuple[Family, ...] = (
    family(
        "captions_wrong",
        "Captions wrong or missing",
        queue="creator_tools",
        topic='captions of "{video}"',
        stake="growth",
        share=0.9,
        risk_class=0,
        verifies=False,
        policy="Captions guide, page 'Automatic captions'",
        handover="captions",
        facts={"spoken": ("Welsh", "Swahili", "Punjabi", "Catalan", "Tagalog")},
        subjects="""
            @language_auto Captions in the wrong language
            Captions of "{video}"
            @trim_shift Captions shifted by seconds
        """,
        openings="""
            @language_auto "{video}" is in English with some {spoken}, and the automatic captions are pure nonsense.
            @language_auto The captions of "{video}" are in a language that nobody speaks in it.
            @trim_shift The captions of "{video}" come {days} seconds too late, from {minute} on.
            @trim_shift Deaf viewers wrote to me: from {minute} on, text and picture of "{video}" do not fit.
        """,
        questions="""
            Which language is set for the video under Details?
            Did you upload a file of your own, or are they automatic?
        """,
        sides="""
            Can viewers help with captions? | Managers with the role "captions" can, open contributions were ended.
            Are corrected captions used for translation? | Yes, translations are made from the corrected text.
        """,
        branches=(
            branch(
                "language_auto",
                detail="""
                    The details say {spoken}. It must have been recognised by itself, I never chose that.
                    Automatic. And the language is set to {spoken}, of all things.
                """,
                finding="""
                    Language detected as {spoken} from the first minute. Setting to English and "make anew" solves it.
                """,
                right="""
                    The language was guessed from the first minute, in which {spoken} is spoken. Set it to English \
                    under Details, then Captions, "Make anew"; within an hour they are right, and the {spoken} lines \
                    can be typed in by hand.
                    It is the guessed language. One change in Details and a new run, and the captions follow your \
                    English. The few lines in {spoken} stay for you to type.
                """,
                thin="""
                    Please set the right language and make the captions anew.
                """,
                wrong="""
                    Automatic captions cannot be changed, please switch them off.
                """,
                steps="""
                    A new run takes about an hour; I look at the first minutes on {soon}.
                """,
            ),
            branch(
                "trim_shift",
                detail="""
                    My own file. I trimmed the video after I had uploaded it.
                    I uploaded them myself on {earlier} and cut out a piece on {date}.
                """,
                finding="""
                    Own caption file, video trimmed later: times after the cut are off. Editor has "shift from here".
                """,
                right="""
                    Your file fits the video as it was before the cut; from {minute} on everything is late by what you \
                    removed. In the captions editor, mark the line at {minute} and choose "Shift from here"; one \
                    number, and the rest follows.
                    The cut removed some seconds that your file still counts. "Shift from here" at {minute} puts it \
                    right without a new file.
                """,
                thin="""
                    Please shift the captions in the editor.
                """,
                wrong="""
                    Undo the cut, then the captions fit again.
                """,
                steps="""
                    If a line is still off afterwards, tell me the minute; I look at the file on {soon}.
                """,
            ),
        ),
    ),
    family(
        "analytics_mismatch",
        "Analytics do not agree",
        queue="creator_tools",
        topic="differing view counts",
        stake="growth",
        share=0.9,
        risk_class=0,
        policy="Analytics guide, page 'Why numbers differ'",
        handover="analytics",
        subjects="""
            Views in analytics and on the page differ
            @late_filter {percent} % fewer viewers overnight
            Unique viewers cannot be right
        """,
        openings="""
            @late_filter The page of "{video}" shows {subs} views, analytics shows {percent} percent fewer. Which is \
            right?
            @late_filter On {date} my audience fell by {percent} percent overnight, in analytics only.
            @time_zone My sponsor {sponsor} compares two reports of yours, and they do not agree for {month}.
            @time_zone My own list of daily views for {month} and your report never agree, though the dates do.
        """,
        questions="""
            Which time zone and which dates do both reports use?
            Is the filter for short videos or live streams set in one of them?
        """,
        sides="""
            Which number should I give my sponsor? | The one under "Views, finalised", with its dates; it does not \
            move any more after 48 hours.
            Can I send them access? | A "viewer" role shows analytics without income.
        """,
        branches=(
            branch(
                "time_zone",
                detail="""
                    One was made by my manager, who lives in another zone. I never looked at that.
                    The dates are equal. The time zone is not, now I see it.
                """,
                finding="""
                    Reports in two time zones; a premiere at midnight falls on different days. Totals over the month \
                    agree.
                """,
                right="""
                    Both are right, but they cut the days differently: one report uses your zone, the other your \
                    manager's, and the premiere around midnight falls on different days. Over the whole month the \
                    totals agree to the view, which I have checked.
                    It is the time zone. Set both to the same under Analytics, Settings, and the days agree; the sum \
                    of {month} did so from the start.
                """,
                thin="""
                    The reports use different time zones.
                """,
                wrong="""
                    Analytics is only an estimate, please never show it to sponsors.
                """,
                steps="""
                    Once both are set alike, I compare {month} again and write to you on {soon}.
                """,
            ),
            branch(
                "late_filter",
                detail="""
                    Same zone, same dates. No filter that I know of.
                    I checked both. The drop is on {date} and everything before is fine.
                """,
                finding="""
                    Invalid views removed on {date} after the weekly check; page counter updated later. Not held \
                    against the channel.
                """,
                right="""
                    On {date} the weekly check removed views that came from a machine, and analytics is updated before \
                    the counter on the page. The counter follows within days. Nothing of it is held against you, and \
                    real viewers were not touched.
                    Analytics is ahead: views by machines were taken out on {date}. The page follows. Your real \
                    audience did not shrink, the returning viewers are the same as the week before.
                """,
                thin="""
                    Some views were removed by a check.
                """,
                wrong="""
                    You must have bought views, please stop that.
                """,
                steps="""
                    By {soon} both should agree; I look that day and tell you if they do not.
                """,
            ),
        ),
    ),
    family(
        "upload_stuck",
        "Upload stuck",
        queue="creator_tools",
        topic='upload of "{video}"',
        stake="feature",
        share=0.8,
        risk_class=1,
        verifies=False,
        policy="Upload guide, page 'Processing'",
        handover="video processing",
        subjects="""
            Upload stuck at {percent} %
            Processing for {days} hours
            @queue_jam "{video}" only in low quality
        """,
        openings="""
            "{video}" is stuck at {percent} percent since {hour}, for the third time.
            Processing of "{video}" has lasted {days} hours. The premiere is soon!
            @queue_jam I uploaded "{video}" in the best quality, and viewers see it blurred.
        """,
        questions="""
            How large is the file, and in which format did you export it?
            Does another, shorter video go through on the same connection?
        """,
        sides="""
            May I close the window? | After "upload complete" you may; processing goes on with us.
            Does uploading again help? | Only if the file is damaged, otherwise it puts you at the end of the line.
        """,
        branches=(
            branch(
                "variable_rate",
                detail="""
                    Recorded with my phone, 60 gigabytes, straight from it. A short one works.
                    It is a raw recording of my screen. Others go through.
                """,
                finding="""
                    File with variable frame rate and a broken index at {minute}; processing retries. Re-export with \
                    constant rate works (tested on the first minutes).
                """,
                right="""
                    The file's frame rate varies and its index is damaged near {minute}, so processing tries again and \
                    again. Export it once more with a constant rate (the guide names the boxes to tick), then it goes \
                    through; I tried it with the first minutes.
                    It is not your connection. Processing stumbles at {minute} over a damaged index. A new export with \
                    constant frame rate solves it.
                """,
                thin="""
                    Please export the video again in another format.
                """,
                wrong="""
                    Please leave it for two weeks, it will end at some time.
                """,
                steps="""
                    Send me a word when the new upload runs, I watch it until it is through, at the latest {soon}.
                """,
            ),
            branch(
                "queue_jam",
                detail="""
                    An ordinary file, 4 gigabytes. Nothing goes through today, short or long.
                    Small file, usual settings. Today everything is slow.
                """,
                finding="""
                    Processing line slow in one region on {date}, incident open. Video is intact and in the line; high \
                    quality last.
                """,
                right="""
                    Your file is fine. Processing has been slow in your region since {date}; the status page says so. \
                    "{video}" is in line, the lower qualities are made first, which is the blur your viewers see; the \
                    best comes last, without your doing anything. Please do not upload it again.
                    There is an incident in processing, not on your side. The video keeps its place and reaches full \
                    quality by itself.
                """,
                thin="""
                    There are delays at the moment.
                """,
                wrong="""
                    Please delete it and upload it anew, at night if possible.
                """,
                steps="""
                    I look at it every few hours and write to you as soon as the best quality is there, on {soon} at \
                    the latest.
                """,
            ),
        ),
    ),
    family(
        "premiere_missing",
        "Scheduled premiere did not start",
        queue="creator_tools",
        topic='premiere of "{video}"',
        stake="feature",
        share=0.6,
        risk_class=1,
        verifies=False,
        policy="Upload guide, page 'Premieres'",
        handover="video processing",
        subjects="""
            Premiere of {date} did not start
            @clock_change Premiere an hour early
            {viewers} people waited for nothing
        """,
        openings="""
            The premiere of "{video}" on {date} at {hour} did not start. {viewers} people waited.
            @clock_change My premiere went live an hour early, nobody was there but two moderators.
            @claim_waiting The premiere page shows "waiting for the creator". I did everything as always.
        """,
        questions="""
            Was the video fully processed when the countdown began?
            Which time zone stood beside the hour when you planned it?
        """,
        sides="""
            Can I run the premiere again? | A video has one premiere; a copy that is unlisted can have a new one.
            Are the chat messages kept? | Yes, they run along with the video.
        """,
        branches=(
            branch(
                "clock_change",
                detail="""
                    It was planned before the clocks changed. Could that be it?
                    Processed, yes. I planned it weeks ago, with the zone of the city I was in.
                """,
                finding="""
                    Premiere planned {earlier} in a zone whose clock changed in between. Start kept to the old offset. \
                    Works as built, notice missing.
                """,
                right="""
                    When you planned it on {earlier}, the studio noted the hour with the clock of that day; the clocks \
                    changed since, so it was an hour off. A premiere planned anew takes the right hour. A warning \
                    ought to appear there, and I have proposed it.
                    The hour was fixed before the clocks changed. Nothing is broken, but planning it again is the only \
                    way to move it.
                """,
                thin="""
                    The time zone was different. Please plan it again.
                """,
                wrong="""
                    The premiere was on time, your viewers' clocks are wrong.
                """,
                steps="""
                    If you plan a new one by {deadline}, I check the stored hour and tell you on {soon} what it says.
                """,
            ),
            branch(
                "claim_waiting",
                detail="""
                    It was at "checks running" for hours. I thought that goes by itself.
                    Processed, but the rights check was still running.
                """,
                finding="""
                    Rights check unfinished at start; premiere waits by rule. Check done an hour later, no claim. \
                    Creator could release at once.
                """,
                right="""
                    The rights check was not finished at {hour}, and a premiere waits for it. An hour later it was \
                    done, without any claim, and the page waited only for your click on "Start now". For the next one \
                    allow a day between upload and premiere.
                    Nothing was found in the video; the check simply took longer than the countdown. "Start now" on \
                    the premiere page would have released it.
                """,
                thin="""
                    The checks were not finished in time.
                """,
                wrong="""
                    Premieres are not possible with music, so it was stopped.
                """,
                steps="""
                    I look at the check of your next upload before {deadline} if you send me its address, and answer \
                    by {soon}.
                """,
            ),
        ),
    ),
)
