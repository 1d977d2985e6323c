"""What people are told of: the words of each kind, whom it concerns, and how it may reach them. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from qa.core.access import Role


class Way(StrEnum):
    """How a kind of notice reaches somebody."""

    APP = "app"
    DIGEST = "digest"  # in the application, and while unread in the daily e-mail
    OFF = "off"


WAY_WORDS = {Way.APP: "Here", Way.DIGEST: "Here and by e-mail", Way.OFF: "Not at all"}
R, L, Q, S, D, A = Role.REVIEWER, Role.TEAM_LEAD, Role.QA_LEAD, Role.SPECIALIST, Role.DIRECTOR, Role.ADMIN
EVERYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of notice. What must not be missed cannot be switched off."""

    key: str
    words: str
    group: str
    roles: frozenset[Role]
    usual: Way = Way.DIGEST
    may_be_off: bool = True

    @property
    def ways(self) -> tuple[Way, ...]:
        return (Way.APP, Way.DIGEST, Way.OFF) if self.may_be_off else (Way.APP, Way.DIGEST)


def _kinds(
    group: str, roles: Collection[Role], words: Mapping[str, str], *, usual: Way = Way.DIGEST, may_be_off: bool = True
) -> list[Kind]:
    return [
        Kind(key=key, words=said, group=group, roles=frozenset(roles), usual=usual, may_be_off=may_be_off)
        for key, said in words.items()
    ]


KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        *_kinds(
            "Incidents",
            EVERYBODY,
            {
                "incident_raised": "An incident waits for you to acknowledge it",
                "incident_escalated": "An incident waits for you: nobody acknowledged it in time",
            },
            may_be_off=False,
        ),
        *_kinds(
            "Incidents",
            EVERYBODY,
            {
                "incident_acknowledged": "Somebody has taken on an incident you raised",
                "incident_settled": "An incident is settled",
                "incident_taken_up": "An incident is taken up again",
            },
            usual=Way.APP,
        ),
        *_kinds(
            "Reviews and disputes",
            (S,),
            {"review_released": "A review of your work is released"},
            may_be_off=False,
        ),
        *_kinds(
            "Reviews and disputes",
            (S,),
            {
                "self_review_invited": "You are invited to score a part of your own work",
                "peer_review_invited": "You are invited to score a colleague's part",
            },
            usual=Way.APP,
        ),
        *_kinds(
            "Reviews and disputes",
            (L, Q),
            {
                "dispute_opened": "A dispute waits for your decision",
                "dispute_escalated": "A dispute waits for a second decision",
            },
            may_be_off=False,
        ),
        *_kinds(
            "Reviews and disputes",
            (R, L, Q, S),
            {
                "dispute_settled": "A dispute about a review is settled",
                "review_voided": "A review is void and counts no more",
                "review_brought_back": "A voided review counts again",
                "review_commented": "Somebody commented on a review",
            },
        ),
        *_kinds(
            "Reviews and disputes",
            (R, L, Q),
            {
                "review_disputed": "A review of yours is disputed",
                "second_look_done": "A lead took a second look at a review of yours",
            },
        ),
        *_kinds(
            "Original texts",
            (Q, A),
            {"original_asked": "Somebody asks to read an original text: a second person has to agree"},
            may_be_off=False,
        ),
        *_kinds(
            "Original texts",
            (Q, D, A),
            {"original_settled": "Somebody answered: you asked to read an original text"},
            may_be_off=False,
        ),
        *_kinds(
            "Scoring",
            (R, L, Q),
            {
                "parts_assigned": "New parts are in your queue",
                "strike_declined": "A lead answered: the part you asked about counts",
                "part_erased": "A part left your queue: its text was erased, so nobody can score it any more",
            },
            usual=Way.APP,
        ),
        *_kinds(
            "Scoring",
            (Q,),
            {
                "part_unassigned": "A part waits without a reviewer",
                "strike_asked": "A reviewer says that a part should not count",
            },
        ),
        *_kinds(
            "Calibration",
            (R, L, Q),
            {
                "session_opened": "You are invited to a calibration session",
                "session_revealed": "A calibration session is revealed",
                "session_due": "A calibration session is due: parts wait for you",
                "session_extended": "A calibration session has a later deadline",
            },
        ),
        *_kinds(
            "Calibration",
            (L, Q),
            {
                "session_overdue": "A session you lead is overdue",
                "golden_proposed": "A golden ticket waits for a second person",
                "series_opened": "A recurring session of yours has opened",
                "series_stuck": "A recurring session of yours could not open",
            },
        ),
        *_kinds(
            "Certification",
            (R, L, Q),
            {
                "practice_given": "Practice for a certificate waits in your queue",
                "practice_passed": "Your practice is passed: now reviews that a certified person looks at",
                "practice_not_passed": "Your practice does not clear the mark yet",
                "shadowed_sent": "A newcomer's review waits for you to look at",
                "shadowed_looked_at": "A certified person looked at a review of yours",
                "certified": "You are certified for a rubric",
                "certification_lapsed": "A certificate has lapsed",
                "certification_withdrawn": "A certification was ended",
                "certification_waits": "A certification waits for your word",
            },
        ),
        *_kinds(
            "Coaching",
            (L, Q, S),
            {
                "plan_opened": "A coaching plan was drawn up with you",
                "plan_unread": "Your coaching plan waits to be read",
                "action_due": "A coaching action is due",
                "action_overdue": "A coaching action is overdue",
                "meeting_planned": "A coaching meeting is planned with you",
                "meeting_moved": "A coaching meeting has another time or place",
                "meeting_cancelled": "A coaching meeting is called off",
                "meeting_today": "A coaching meeting is today",
                "example_asked": "May a passage of your work be shown to others? It waits for your answer",
                "example_withdrawn": "A shared example was taken back",
            },
        ),
        *_kinds(
            "Coaching",
            (L, Q, S),
            {"praise_given": "Somebody praised your work"},
            usual=Way.APP,
        ),
        *_kinds(
            "Coaching",
            (L, Q),
            {
                "plan_acknowledged": "A specialist has read the coaching plan",
                "plan_own_words": "A specialist wrote to the coaching plan",
                "action_done": "A specialist has done a coaching action",
                "follow_ups_in": "All follow-up reviews of a plan are in",
                "meeting_agenda": "A specialist wrote what to talk about",
                "meeting_skipped": "A 1:1 of a series falls away: one of you is not here",
                "wait_list_turn": "The lot's next people may begin their plans",
                "example_shared": "A specialist agreed to share an example",
                "example_declined": "A specialist would rather not share an example",
                "template_proposed": "A coaching template waits for your decision",
                "template_adopted": "A coaching template you proposed is in the library",
                "template_retired": "A coaching template you proposed is retired",
            },
            usual=Way.APP,
        ),
        *_kinds(
            "Rubrics",
            (R, L, Q, A),
            {
                "rubric_in_review": "A rubric waits for a second person",
                "rubric_returned": "A rubric came back to you with a reason",
                "rubric_published": "A rubric you wrote on is published",
                "criterion_unclear": "A criterion of your rubric is unclear to somebody",
                "unclear_resolved": "Your question about a criterion is answered",
            },
            usual=Way.APP,
        ),
        *_kinds(
            "Reviewers' scoring",
            (Q,),
            {
                "drift_case_opened": "A reviewer's scoring has changed: a case waits",
                "drift_case_returned": "A change in a reviewer's scoring has come back",
            },
            may_be_off=False,
        ),
        *_kinds(
            "Reviewers' scoring",
            (R, Q),
            {
                "drift_case_shared": "A lead looks into a change in your scoring",
                "drift_message": "Somebody wrote in a case about scoring",
                "drift_case_settled": "The case about your scoring is settled",
            },
        ),
        *_kinds(
            "Behind the figures",
            (L, Q, D),
            {
                "launch_owner": "You are named as the owner of a launch",
                "escalation_owner": "You are named as the owner of an escalation",
                "sop_gap_owner": "You are named as the owner of a gap in a procedure",
            },
        ),
        *_kinds(
            "Behind the figures",
            (R, L, Q),
            {"sop_gap_answered": "A gap in a procedure that you raised is settled"},
            usual=Way.APP,
        ),
        *_kinds(
            "Exports",
            (L, Q, D),
            {
                "export_ready": "An export that comes by itself is ready",
                "export_failed": "An export that comes by itself could not be made",
                "export_stopped": "An export comes by itself no more, until somebody takes it over",
            },
            usual=Way.APP,
        ),
        *_kinds(
            "Installation",
            (A,),
            {"digest_failed": "An e-mail digest could not be sent"},
            usual=Way.APP,
            may_be_off=False,
        ),
    )
}
WORDS = {kind.key: kind.words for kind in KINDS.values()}


def words_of(key: str) -> str:
    """A kind as people read it."""
    return WORDS.get(key, key.replace("_", " ").capitalize())


def kinds_for(roles: Collection[Role]) -> list[tuple[str, list[Kind]]]:
    """The kinds that these roles can be told of, by group."""
    groups: dict[str, list[Kind]] = {}
    for kind in KINDS.values():
        if kind.roles & frozenset(roles):
            groups.setdefault(kind.group, []).append(kind)
    return list(groups.items())


def way_of(key: str, preferences: Mapping[str, object]) -> Way:
    """How a kind reaches somebody with these preferences; what cannot be switched off never is."""
    kind = KINDS.get(key)
    usual = kind.usual if kind else Way.APP
    chosen = preferences.get("notices")
    said = chosen.get(key) if isinstance(chosen, Mapping) else None
    allowed = kind.ways if kind else tuple(Way)
    return Way(said) if said in allowed else usual


def wants_mail(preferences: Mapping[str, object]) -> bool:
    """Whether somebody takes the daily e-mail at all."""
    return preferences.get("digest") != "off"
