"""The places of a conversation that every matter shares, and what is said there."""

from collections.abc import Mapping
from dataclasses import dataclass

from qa.demo.scenarios.model import Stake, lines
from qa.demo.themes import Tier

Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiered:
    """Variants by how well something is done; no variant means that nothing is said."""

    good: Texts = ()
    fair: Texts = ()
    poor: Texts = ()

    def at(self, tier: Tier) -> Texts:
        """The variants of a tier."""
        return (self.poor, self.fair, self.good)[tier]


def tiered(*, good: str = "", fair: str = "", poor: str = "") -> Tiered:
    """Variants from blocks of text, one a line."""
    return Tiered(good=lines(good), fair=lines(fair), poor=lines(poor))


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorPhrases:
    """What creators say; where variants depend on the specialist, the theme in the comment decides."""

    hellos: Texts
    intros: Texts  # after the greeting, where there is no signature
    worries: Mapping[Stake, Texts]
    urgent: Texts
    signs: Texts
    adding: Texts  # before details that nobody has asked for yet
    proof: Texts  # of who they are
    here: Texts  # a word between two messages of the specialist
    answering: Tiered  # tone: how the answer to the questions begins
    once_more_answer: Texts
    side_asked: Texts  # a second question
    side_again: Texts  # the same, because nobody answered
    farewell: Tiered  # overall
    back: Texts  # after a resolution that did not hold


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPhrases:
    """What specialists and the assistant say; variants by the theme in the comment."""

    bot: Texts
    greeting: Tiered  # personal
    empathy: Mapping[Stake, Texts]  # tone, when good
    tone: Tiered  # tone, when fair or poor
    context: Tiered  # context
    verify: Tiered  # verification
    verified_form: Texts  # where one reply is all, the signed-in form is the proof
    ask: Tiered  # need: before the questions; when poor, instead of them
    moved_up: Tiered  # urgency
    once_more: Tiered  # effort: a word in between when good, another round of questions when not
    headline: Tiered  # clarity: before the answer
    policy: Tiered  # policy
    side: Texts  # before the answer to the second question
    next_step: Tiered  # next_step; when good, the branch's own step is told
    promise: Tiered  # promises
    leak: Texts  # privacy, when broken
    risk: Tiered  # risk
    route: Tiered  # route: what the creator is told of a hand-over
    takeover: Tiered  # route: how the second specialist begins
    closing: Tiered  # personal
    final: Tiered  # tone: the last reply
    back_reply: Tiered  # accuracy: after a resolution that did not hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """One language's phrases."""

    creator: CreatorPhrases
    desk: DeskPhrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """Internal notes, in the company's language."""

    records: Tiered  # records
    handover: Tiered  # route
