"""The themes of good support: what a conversation shows and what the rubrics' criteria ask about, each with its ease.

Perceived value = ease + the part's quality + the theme's own deviation (statistics.md B1, normal ogive): the
conversation shows it without a reviewer's eye, the scoring adds the reviewer.
"""

from enum import IntEnum


class Tier(IntEnum):
    """How well a theme was handled, as the conversation shows it."""

    POOR = 0
    FAIR = 1
    GOOD = 2


THEMES: tuple[str, ...] = (
    "need",
    "context",
    "accuracy",
    "completeness",
    "next_step",
    "route",
    "effort",
    "clarity",
    "tone",
    "personal",
    "policy",
    "verification",
    "privacy",
    "risk",
    "promises",
    "records",
    "urgency",
)
THEME_INDEX = {theme: index for index, theme in enumerate(THEMES)}

EASE: dict[str, float] = {
    "need": 1.30,
    "context": 1.25,
    "accuracy": 1.25,
    "completeness": 1.20,
    "next_step": 1.00,
    "route": 1.30,
    "effort": 1.10,
    "clarity": 1.30,
    "tone": 1.15,
    "personal": 1.05,
    "policy": 1.20,
    "verification": 2.35,
    "privacy": 2.55,
    "risk": 1.50,
    "promises": 1.35,
    "records": 1.00,
    "urgency": 1.20,
}
CRITICAL = frozenset({"verification", "privacy"})  # either kept or broken

CRITERION_THEMES: dict[str, str] = {
    "need_identified": "need",
    "context_used": "context",
    "correct_answer": "accuracy",
    "complete_answer": "completeness",
    "next_steps": "next_step",
    "right_route": "route",
    "effort_spared": "effort",
    "clear_writing": "clarity",
    "tone": "tone",
    "personal": "personal",
    "identity_verified": "verification",
    "data_protected": "privacy",
    "honest_promises": "promises",
    "records": "records",
    "payee_verified": "verification",
    "payment_data_protected": "privacy",
    "fraud_signals": "risk",
    "figures_right": "accuracy",
    "cause_found": "need",
    "fix_carried_out": "completeness",
    "rules_applied": "policy",
    "breakdown_explained": "clarity",
    "dates_given": "next_step",
    "care_for_income": "tone",
    "money_record": "records",
    "finance_handover": "route",
    "decision_correct": "accuracy",
    "policy_grounds": "policy",
    "evidence_weighed": "need",
    "rights_process": "completeness",
    "consistency": "context",
    "reason_given": "personal",
    "options_explained": "next_step",
    "plain_words": "clarity",
    "neutral_tone": "tone",
    "third_parties_protected": "privacy",
    "no_legal_advice": "promises",
    "risk_noticed": "risk",
    "case_record": "records",
    "urgency_seen": "urgency",
}


# A critical about a theme that has grades: only the worst of it fails.
CRITERION_EASE: dict[str, float] = {"decision_correct": 1.35}


def theme_of(criterion_key: str) -> str:
    """The theme that a criterion asks about; an unknown criterion is about the need."""
    return CRITERION_THEMES.get(criterion_key, "need")


# Between these cuts of the perceived value lie the levels of a scale, by how many it has (statistics.md B1).
CUTS: dict[int, tuple[float, ...]] = {
    2: (0.0,),
    3: (-0.6, 0.45),
    4: (-0.95, -0.2, 0.65),
    5: (-1.2, -0.5, 0.15, 0.85),
}


def tier(theme: str, value: float) -> Tier:
    """What the conversation shows of a theme at this perceived value."""
    if theme in CRITICAL:
        return Tier.GOOD if value >= 0 else Tier.POOR
    if value < CUTS[3][0]:
        return Tier.POOR
    return Tier.GOOD if value >= CUTS[3][1] else Tier.FAIR
