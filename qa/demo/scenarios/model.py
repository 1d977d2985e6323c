"""What a scenario family is: the texts and facts from which a conversation about one kind of matter is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Stake = Literal["money", "access", "strike", "rights", "live", "feature", "safety", "growth"]
RubricKey = Literal["general_support", "payments", "policy_and_appeals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Where matters of one kind wait: its desk's name as creators read it, and the rubric that judges it."""

    key: str
    name: str
    desk: str
    rubric: RubricKey
    product_area: str


QUEUES: tuple[Queue, ...] = (
    Queue(key="payouts", name="Payouts", desk="payouts desk", rubric="payments", product_area="earnings"),
    Queue(key="live_gifts", name="Live gifts", desk="live gifts desk", rubric="payments", product_area="live"),
    Queue(
        key="monetisation",
        name="Monetisation",
        desk="monetisation desk",
        rubric="general_support",
        product_area="earnings",
    ),
    Queue(
        key="account_access",
        name="Account access",
        desk="access desk",
        rubric="general_support",
        product_area="account",
    ),
    Queue(
        key="creator_tools",
        name="Creator tools",
        desk="creator tools desk",
        rubric="general_support",
        product_area="tools",
    ),
    Queue(key="appeals", name="Appeals", desk="appeals desk", rubric="policy_and_appeals", product_area="policy"),
    Queue(key="copyright", name="Copyright", desk="copyright desk", rubric="policy_and_appeals", product_area="rights"),
    Queue(
        key="music_rights",
        name="Music rights",
        desk="music rights desk",
        rubric="policy_and_appeals",
        product_area="rights",
    ),
    Queue(key="safety", name="Safety", desk="safety desk", rubric="policy_and_appeals", product_area="safety"),
)
QUEUE_KEYS: tuple[str, ...] = tuple(queue.key for queue in QUEUES)
QUEUE_NAMES: Mapping[str, str] = {queue.key: queue.name for queue in QUEUES}

CHANNELS: tuple[str, ...] = ("web", "email", "chat", "social")
TIERS: tuple[str, ...] = ("rising", "partner", "premier")
LANGUAGES: tuple[str, ...] = ("en", "es", "de", "fr", "pt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One way the matter turns out to be: what the creator tells when asked, what is found, how it is answered."""

    key: str
    subjects: tuple[str, ...]
    openings: tuple[str, ...]
    details: tuple[str, ...]
    findings: tuple[str, ...]
    right: tuple[str, ...]  # correct, and checked
    thin: tuple[str, ...]  # correct in general; the check or the detail is missing
    wrong: tuple[str, ...]
    steps: tuple[str, ...]  # what happens next, who does it, by when


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One kind of matter. Shares are relative; ``topic`` is a noun phrase without its article."""

    key: str
    name: str
    queue: str
    topic: str
    stake: Stake
    policy: str
    handover: str
    questions: tuple[str, ...]
    sides: tuple[tuple[str, str], ...]  # a second question and its answer
    branches: tuple[Branch, ...]
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    language: str = "en"
    share: float = 1.0
    channels: tuple[float, float, float, float] = (4, 3, 2, 1)
    tiers: tuple[float, float, float] = (6, 3, 1)
    risk_class: int = 1
    severities: tuple[float, float, float, float] = (1, 0, 0, 0)
    verifies: bool = True  # account facts are told or changed, so the person must be verified
    risky: bool = False  # signs of fraud, danger or pressure belong to the matter
    escalates: float = 0.08
    launch: str = ""


def lines(text: str) -> tuple[str, ...]:
    """The variants of a block of text: one a line; a backslash at a line's end joins it with the next."""
    return tuple(" ".join(line.split()) for line in text.splitlines() if line.strip())


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Questions with their answers, parted by a bar."""
    found = []
    for line in lines(text):
        question, bar, answer = line.partition(" | ")
        if not bar:
            raise ValueError(f"no answer after a bar in {line!r}")
        found.append((question, answer))
    return tuple(found)


def fitting(text: str, branch_key: str) -> tuple[str, ...]:
    """The variants that fit a branch: "@one,two" before a variant keeps it to these branches."""
    fit = []
    for line in lines(text):
        tag, _, rest = line.partition(" ") if line.startswith("@") else ("", "", line)
        if not tag or branch_key in tag[1:].split(","):
            fit.append(rest)
    return tuple(fit)


def branch(key: str, *, detail: str, finding: str, right: str, thin: str, wrong: str, steps: str) -> Branch:
    """A branch from blocks of text; its family adds subjects and openings."""
    return Branch(
        key=key,
        subjects=(),
        openings=(),
        details=lines(detail),
        findings=lines(finding),
        right=lines(right),
        thin=lines(thin),
        wrong=lines(wrong),
        steps=lines(steps),
    )


def family(
    key: str,
    name: str,
    *,
    queue: str,
    topic: str,
    stake: Stake,
    policy: str,
    handover: str,
    subjects: str,
    openings: str,
    questions: str,
    sides: str,
    branches: tuple[Branch, ...],
    facts: Mapping[str, tuple[str, ...]] | None = None,
    language: str = "en",
    share: float = 1.0,
    channels: tuple[float, float, float, float] = (4, 3, 2, 1),
    tiers: tuple[float, float, float] = (6, 3, 1),
    risk_class: int = 1,
    severities: tuple[float, float, float, float] = (1, 0, 0, 0),
    verifies: bool = True,
    risky: bool = False,
    escalates: float = 0.08,
    launch: str = "",
) -> Family:
    """A family from blocks of text; ValueError when its queue or language is unknown."""
    if queue not in QUEUE_KEYS:
        raise ValueError(f"family {key} has no known queue: {queue!r}")
    if language not in LANGUAGES:
        raise ValueError(f"family {key} has no known language: {language!r}")
    return Family(
        key=key,
        name=name,
        queue=queue,
        topic=topic,
        stake=stake,
        policy=policy,
        handover=handover,
        questions=lines(questions),
        sides=pairs(sides),
        branches=tuple(
            replace(item, subjects=fitting(subjects, item.key), openings=fitting(openings, item.key))
            for item in branches
        ),
        facts=facts or {},
        language=language,
        share=share,
        channels=channels,
        tiers=tiers,
        risk_class=risk_class,
        severities=severities,
        verifies=verifies,
        risky=risky,
        escalates=escalates,
        launch=launch,
    )
