"""Music rights: own songs, licences, muted sound, library tracks, covers."""

from qa.demo.scenarios.model import Family, branch, family

FAMILIES: tuple[Family, ...] = (
    family(
        "own_song",
        "Claim on one's own song",
        queue="music_rights",
        topic='claim on the song "{song}"',
        stake="rights",
        share=1.2,
        risk_class=2,
        policy="Music rights process, part 2 (artists and distributors)",
        handover="music partnerships",
        subjects="""
            I wrote "{song}" myself!
            Claim on my own music
            {label} claims "{song}"
        """,
        openings="""
            I wrote, played and recorded "{song}", and {label} claims it in my own video since {date}.
            My own song "{song}" was claimed in "{video}". I am the composer!
            {label} earns with my song "{song}". I have never signed anything with them.
        """,
        questions="""
            Through which distributor did you publish the song, and is "content matching" ticked there?
            Did you use a loop or a beat that others may use as well?
        """,
        sides="""
            Do I have to tell my distributor before each video? | No, you give them your channel once, it is then \
            exempt.
            What about covers of my song by others? | They are matched for you, you can decide for each what happens.
        """,
        branches=(
            branch(
                "own_distributor",
                detail="""
                    I published it with a distributor in {prior_month}. Something with matching was ticked, yes.
                    The distributor is the one that belongs to {label}, I read now. I ticked everything.
                """,
                finding="""
                    Claim comes from creator's own distributor (delivered for {label}). Channel not on the exempt \
                    list. Distributor can release within days.
                """,
                right="""
                    The claim comes from your own distributor, who delivers under the name {label} and matches your \
                    song for you, your own channel included. Ask them to put {channel} on the exempt list; they \
                    release the claim and it does not return. A dispute would work too, but it would only go to the \
                    same desk.
                    Nobody stole it: you ticked matching at your distributor, and they do not know {channel} is yours. \
                    One entry in their exempt list ends it for all videos.
                """,
                thin="""
                    Please contact your distributor about the claim.
                """,
                wrong="""
                    {label} is the owner now, as you gave the song away.
                """,
                steps="""
                    Distributors answer within a few days; I look at the claim on {soon} and tell you if it is gone.
                """,
            ),
            branch(
                "shared_loop",
                detail="""
                    No distributor. The drums are a loop from a pack that thousands use.
                    I never published it. I did use a loop from {library}.
                """,
                finding="""
                    Match is the drum loop ({library}), registered by another artist against the pack's terms. \
                    Dispute, and report of a wrong reference.
                """,
                right="""
                    What was matched is only the drum loop from the pack: another artist registered a song with the \
                    same loop, which the pack's terms forbid. Dispute it with "licensed loop" and the pack's licence; \
                    I have reported the reference as wrong, so that it does not hit others.
                    It is the loop and not your melody. The dispute with the pack's licence is the way, and the wrong \
                    reference is on our rights desk since today.
                """,
                thin="""
                    The loop was matched. You can dispute it.
                """,
                wrong="""
                    Loops may not be used in videos, please remove the song.
                """,
                steps="""
                    The wrong reference is checked by {soon}; I write to you then with the result.
                """,
            ),
        ),
    ),
    family(
        "licence_proof",
        "Proof of a music licence",
        queue="music_rights",
        topic='licence for "{song}"',
        stake="rights",
        risk_class=2,
        verifies=False,
        policy="Music rights process, part 3 (licences)",
        handover="music partnerships",
        subjects="""
            I have a licence for "{song}"
            How do I prove my licence?
            Licence sent, claim still there
        """,
        openings="""
            I bought a licence for "{song}" on {earlier}, and "{video}" was claimed all the same.
            Where can I send my licence for "{song}"? I have the invoice and the contract.
            My licence for "{song}" was "not accepted". It cost {small}!
        """,
        questions="""
            Does the licence name this platform or "online video", and an end date?
            Who sold it to you: {label} itself or a shop?
        """,
        sides="""
            Can I register all my licences beforehand? | Yes, under Copyright, Licences; they are looked at before a \
            claim becomes effective.
            What if the shop no longer exists? | The contract counts all the same, keep it with the invoice.
        """,
        branches=(
            branch(
                "expired",
                detail="""
                    It names online video. As for the end date: the end of {prior_month}, oh dear.
                    From {label} itself. There is an end date, and it is past, I am afraid.
                """,
                finding="""
                    Licence ran out at the end of {prior_month}; upload before that. Contract text decides about older \
                    uploads (clause on continuing use).
                """,
                right="""
                    The licence ended with {prior_month}, hence the claim. Your upload is older, and many contracts \
                    let older uploads stay; look for a clause on "continuing use". If it is there, dispute with this \
                    clause marked; if not, {label} can extend it, or the song can be exchanged in the editor without \
                    losing views. How the clause is to be read I may not judge.
                    It comes down to the end date. Three ways: a clause on continuing use, an extension, or another \
                    song in the editor. I can explain each further, the choice is yours.
                """,
                thin="""
                    The licence has expired. You can renew it or change the song.
                """,
                wrong="""
                    Once licensed, always licensed; I delete the claim.
                """,
                steps="""
                    If you dispute by {deadline}, the income is kept aside; I look at it on {soon}.
                """,
            ),
            branch(
                "other_version",
                detail="""
                    From a shop, valid for years. For the live version, if that matters.
                    The shop. The licence says "live session", in the video I used the album.
                """,
                finding="""
                    Licence covers the live recording, video uses the album version. Claim correct for the album \
                    recording. Swap possible.
                """,
                right="""
                    Your licence is for the live recording, and in "{video}" the album version plays; these are two \
                    recordings with different owners. Put the live one in its place (Editor, Sound, Exchange, at \
                    {minute}), then your licence fits and the claim ends.
                    The song is the same, the recording is not. With the live version in its place, the licence covers \
                    it.
                """,
                thin="""
                    The licence is for another recording.
                """,
                wrong="""
                    A licence of the song covers every version there is.
                """,
                steps="""
                    After the exchange the match runs anew within a day; I look on {soon}.
                """,
            ),
        ),
    ),
    family(
        "muted_audio",
        "Sound muted",
        queue="music_rights",
        topic='muted sound of "{video}"',
        stake="rights",
        share=0.9,
        risk_class=1,
        verifies=False,
        policy="Music rights process, part 4 (blocked recordings)",
        handover="rights operations",
        subjects="""
            "{video}" without sound
            Live recording muted
            Sound gone from {minute} on
        """,
        openings="""
            @remove_song "{video}" has no sound since {date}. Not only the song, my voice too!
            @remove_song The recording of my stream is muted from {minute} on. A car with a radio went by.
            @remove_song You muted "{video}". The song plays for {days} seconds in the background.
            @wrong_match "{video}" is muted from {minute} on, and there is no music in it at all.
            @wrong_match You found a song in my recording of a walk. There was none!
        """,
        questions="""
            Which passage does the Copyright tab name, and is your voice over it?
            Do you want to keep the song, or would the voice without it be enough?
        """,
        sides="""
            Will the captions be muted too? | No, they stay and can be made anew afterwards.
            Does it count as a strike? | No, a muted passage is no strike.
        """,
        branches=(
            branch(
                "remove_song",
                detail="""
                    The voice is enough. It says {minute} and then two minutes more.
                    I do not need the song at all. It is named from {minute}.
                """,
                finding="""
                    Muted from {minute}. "Remove song, keep voice" works on this passage (tried on a copy, small \
                    remains).
                """,
                right="""
                    Then the tool "Remove song, keep voice" is the right one: Copyright, the row with {minute}, \
                    "Choose action". It takes out the song and leaves your voice; I tried it on the passage, the voice \
                    comes out well. Within some hours the sound is back.
                    You can have your voice back: "Remove song, keep voice" in the Copyright tab works on the passage \
                    from {minute}. If a rest of the song remains, mark it by hand and mute just that.
                """,
                thin="""
                    There is a tool to remove the song in the Copyright tab.
                """,
                wrong="""
                    Muted sound cannot be restored, please upload it again.
                """,
                steps="""
                    It takes some hours; I listen to the passage on {soon} and tell you if anything is left.
                """,
            ),
            branch(
                "wrong_match",
                detail="""
                    That is not a song, those are church bells!
                    I hear no song there. It is the noise of a fountain.
                """,
                finding="""
                    False match: ambient sound against a field recording. Dispute template "no music"; reference \
                    reported for review.
                """,
                right="""
                    You are right, there is no music at {minute}; a field recording was registered as a song and \
                    matches everything that sounds like it. Please dispute with "does not contain the work". I have \
                    reported the recording, such references are not allowed. The sound comes back with the dispute.
                    I listened to it: no song. Send the dispute, it is decided in your favour or not by the claimant \
                    within 30 days, but the mute ends as soon as it is filed.
                """,
                thin="""
                    You can dispute a wrong match.
                """,
                wrong="""
                    The system does not make mistakes with music.
                """,
                steps="""
                    The reference is checked by {soon}; if it is removed, every mute by it ends, and I let you know.
                """,
            ),
        ),
    ),
    family(
        "library_track",
        "Library track claimed",
        queue="music_rights",
        topic="claim on a track from {library}",
        stake="rights",
        risk_class=2,
        verifies=False,
        policy="Music rights process, part 3 (licences)",
        handover="music partnerships",
        subjects="""
            Track from {library} claimed
            "Free" music is not free
            Claim by {label} on a library track
        """,
        openings="""
            I pay {library} every month so that I have no claims. Now {label} claims "{song}" in "{video}".
            "{song}" comes from {library}, marked as free to use. And "{video}" was claimed on {date}.
            {days} videos of mine were claimed overnight, all with the same track from {library}.
        """,
        questions="""
            Is your channel linked in your account at {library}, under its present name?
            Was your subscription there running on the day you published?
        """,
        sides="""
            Must I keep paying for old videos? | With most libraries videos published during the subscription stay \
            covered; your contract says it.
            Are the tracks of your own library safe? | Yes, tracks from the studio's own library are never claimed.
        """,
        branches=(
            branch(
                "not_linked",
                detail="""
                    My old channel is linked there, this one is not. I pay since {earlier}.
                    It is linked under the old name. The subscription runs.
                """,
                finding="""
                    {library} releases by linked channel id; creator's present channel not linked. Link and "clear \
                    video" in the library's account.
                """,
                right="""
                    {library} releases claims by the linked channel, and yours is not the one linked there. Link \
                    {channel} in your account there and enter the address of "{video}" under "clear a video"; such \
                    claims fall within a day, and new ones do not come up.
                    It is the link: the library knows your old channel. After you have linked {channel}, the claim is \
                    released from their side; a dispute here is not needed.
                """,
                thin="""
                    Please link your channel at {library}.
                """,
                wrong="""
                    Libraries are cheats, please use no music any more.
                """,
                steps="""
                    I look on {soon} that all claims are gone; if one is left, answer here with the name of the video.
                """,
            ),
            branch(
                "track_sold",
                detail="""
                    Linked, and paid without a gap. It was fine for two years.
                    Yes and yes. The track vanished from the library last week.
                """,
                finding="""
                    Track left {library} and moved to {label} this month. Uploads before are covered by the library's \
                    letter. Bulk dispute with the letter.
                """,
                right="""
                    The track was sold: it left {library} this month and belongs to {label} now, who do not know the \
                    older uses. {library} gives every subscriber a letter for uploads made before. Attach it to a \
                    dispute; under Copyright, "Dispute several" takes all videos at once.
                    It changed hands. What you published before stays covered, and the letter of {library} proves it. \
                    One dispute can hold all the videos.
                """,
                thin="""
                    The track has a new owner. Please dispute with your licence.
                """,
                wrong="""
                    Then you have to pay {label} for all the past years.
                """,
                steps="""
                    The claimant has 30 days; I have told {label} about the letter through the process and look on \
                    {soon}.
                """,
            ),
        ),
    ),
)
