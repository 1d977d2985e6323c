"""What is said in one specialist's part, message by message, by how well each theme was handled."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from qa.demo.cases import Case, CasePart
from qa.demo.facts import AGAIN, FIRST_HALF, SECOND_HALF
from qa.demo.phrases import NOTES, PHRASES, Tiered
from qa.demo.themes import Tier

Author = Literal["creator", "specialist", "bot", "internal"]
SPOKEN = frozenset({"chat", "social"})  # without salutation, paragraphs and signature
SIDE_SHARE = 0.45
WORRY_SHARE = 0.75
BOT_SHARE = {"web": 0.6, "email": 0.4, "chat": 0.9, "social": 0.0}


@dataclass(slots=True)
class Beat:
    """One message in the making: its paragraphs, and the themes that show in it."""

    author: Author
    paragraphs: list[list[str]] = field(default_factory=lambda: [[]])
    themes: list[str] = field(default_factory=list)

    def say(self, text: str, *themes: str, new: bool = False) -> None:
        """Adds a piece, in a new paragraph if asked; it shows these themes even where nothing is said."""
        self.themes.extend(themes)
        if text:
            if new and self.paragraphs[-1]:
                self.paragraphs.append([])
            self.paragraphs[-1].append(text)

    def text(self, channel: str) -> str:
        """The message as it is written on a channel."""
        between = " " if channel in SPOKEN else "\n\n"
        return between.join(" ".join(pieces) for pieces in self.paragraphs if pieces)


class Episode:
    """Writes one part; ``index`` is None for a ticket that nobody has answered."""

    def __init__(self, case: Case, index: int | None, rng: Random) -> None:
        self.case = case
        self.rng = rng
        self.creator = PHRASES[case.language].creator
        self.desk = PHRASES[case.language].desk
        self.spoken = case.channel in SPOKEN
        self.slots = dict(case.slots) | {"side": case.side[0]}
        self.part: CasePart | None = None if index is None else case.parts[index]
        self.former: CasePart | None = case.parts[index - 1] if index else None
        if self.part:
            self.slots["agent"] = self.part.specialist
            self.slots["colleague"] = (self.former or self.part).specialist
        self.side_open = self._tier("completeness") < Tier.GOOD or rng.random() < SIDE_SHARE

    def beats(self) -> list[Beat]:
        """Creator and specialist in turn, with exactly as many public replies as the facts say."""
        if self.part is None:
            return [self._opening()]
        if self.part.kind == AGAIN:
            return self._again(self.part.replies)
        if self.part.kind == FIRST_HALF:
            return [*self._begin(), self._first_reply(route=True), self._handover()]
        if self.part.kind == SECOND_HALF:
            return self._second_half(self.part.replies)
        if self.part.replies == 1:
            return [*self._begin(detail=True, side=True), *self._note(), self._single()]
        return self._whole(self.part.replies)

    # What a part is made of

    def _whole(self, replies: int) -> list[Beat]:
        told = [*self._begin()]
        if replies >= 5:
            told += [self._first_reply(ask=False), self._proof(), self._questions()]
        else:
            told += [self._first_reply()]
        told += [self._answers(proof=replies < 5)]
        if replies >= 4 or (replies == 3 and self._tier("effort") < Tier.GOOD):
            told += self._round()
        told += self._note()
        ends = replies >= 4 or (replies == 3 and self._tier("effort") == Tier.GOOD)
        if replies >= 6:
            told += self._solution_in_two()
        else:
            told.append(self._solution(last=not ends))
        return told + (self._end() if ends else self._thanks())

    def _second_half(self, replies: int) -> list[Beat]:
        told: list[Beat] = []
        if replies >= 3:
            told.append(self._takeover())
        told += [self._answers(proof=True), *self._note(), self._solution(last=replies < 2, takes_over=replies < 3)]
        return told + (self._end() if replies >= 2 else self._thanks())

    def back(self) -> list[Beat]:
        """The creator writes again after a resolution."""
        beat = Beat("creator")
        beat.say(self._pick(self.creator.back))
        return [beat]

    def _again(self, replies: int) -> list[Beat]:
        reply = Beat("specialist")
        tier = self._tier("accuracy")
        reply.say(self._tiered(self.desk.back_reply, "accuracy"), "accuracy", "context", "need", "tone")
        reply.say(self._solved(tier), "accuracy", "completeness", "clarity", new=True)
        self._after_answer(reply)
        told = [*self.back(), *self._note(), reply]
        if replies > 1:
            told += self._end()
        else:
            self._close(reply)
        return told

    # Messages of the creator and the assistant

    def _begin(self, *, detail: bool = False, side: bool = False) -> list[Beat]:
        told = [self._opening(detail=detail, side=side)]
        if self.rng.random() < BOT_SHARE[self.case.channel]:
            bot = Beat("bot")
            bot.say(self._pick(self.desk.bot))
            told.append(bot)
        return told

    def _opening(self, *, detail: bool = False, side: bool = False) -> Beat:
        beat = Beat("creator")
        beat.say(self._pick(self.creator.hellos))
        if self.spoken:
            beat.say(self._pick(self.creator.intros))
        beat.say(self._pick(self.case.branch.openings), new=True)
        if detail:
            beat.say(self._pick(self.creator.adding))
            beat.say(self._pick(self.case.branch.details))
        beat.say(self.slots["sign"] if self.case.family.risky else "")
        if self.rng.random() < WORRY_SHARE:
            beat.say(self._pick(self.creator.worries[self.case.family.stake]))
        if self.case.urgent:
            beat.say(self._pick(self.creator.urgent))
        if side and self.side_open:
            beat.say(self._pick(self.creator.side_asked), new=True)
        if not self.spoken:
            beat.say(self._pick(self.creator.signs), new=True)
        return beat

    def _proof(self) -> Beat:
        beat = Beat("creator")
        verified = self._asks_proof()
        beat.say(self._pick(self.creator.proof if verified else self.creator.here))
        return beat

    def _answers(self, *, proof: bool) -> Beat:
        beat = Beat("creator")
        beat.say(self._tiered(self.creator.answering, "tone"))
        if proof and self._asks_proof():
            beat.say(self._pick(self.creator.proof))
        beat.say(self._pick(self.case.branch.details))
        if self.side_open:
            beat.say(self._pick(self.creator.side_asked), new=True)
        return beat

    def _thanks(self) -> list[Beat]:
        """Last words without a reply to them: only where people answer within seconds."""
        if self.case.channel != "chat" or self.rng.random() < 0.3:
            return []
        beat = Beat("creator")
        beat.say(self._pick(self.creator.farewell.at(self._overall())))
        return [beat]

    # Messages of the specialist

    def _first_reply(self, *, ask: bool = True, route: bool = False) -> Beat:
        beat = Beat("specialist")
        self._greet(beat)
        if self._present("verification"):
            good = self._tier("verification") == Tier.GOOD
            beat.say(self._pick(self.desk.verify.good if good else self.desk.verify.poor), "verification", new=True)
        if ask:
            self._ask(beat)
        if route:
            beat.say(self._tiered(self.desk.route, "route"), "route", new=True)
        return beat

    def _greet(self, beat: Beat) -> None:
        tone = self._tier("tone")
        beat.say(self._tiered(self.desk.greeting, "personal"), "personal")
        empathy = self.desk.empathy[self.case.family.stake] if tone == Tier.GOOD else self.desk.tone.at(tone)
        beat.say(self._pick(empathy), "tone", new=True)
        if self._present("context"):
            beat.say(self._tiered(self.desk.context, "context"), "context")
        if self._present("urgency"):
            beat.say(self._tiered(self.desk.moved_up, "urgency"), "urgency")
        if self._present("risk"):
            beat.say(self._tiered(self.desk.risk, "risk"), "risk")

    def _ask(self, beat: Beat) -> None:
        tier = self._tier("need")
        beat.say(self._pick(self.desk.ask.at(tier)), "need", "effort", new=True)
        if tier == Tier.POOR:
            return
        wanted = min(len(self.case.family.questions), 2 if tier == Tier.GOOD else 1)
        for question in self.rng.sample(self.case.family.questions, wanted):
            beat.say(question.format_map(self.slots))

    def _questions(self) -> Beat:
        beat = Beat("specialist")
        self._ask(beat)
        return beat

    def _round(self) -> list[Beat]:
        more = Beat("specialist")
        tier = self._tier("effort")
        more.say(self._pick(self.desk.once_more.at(tier)), "effort")
        if tier == Tier.GOOD:
            return [more]
        answer = Beat("creator")
        answer.say(self._pick(self.creator.once_more_answer))
        return [more, answer]

    def _takeover(self) -> Beat:
        beat = Beat("specialist")
        beat.say(self._tiered(self.desk.takeover, "route"), "route", "context", "personal")
        self._ask(beat)
        return beat

    def _single(self) -> Beat:
        beat = Beat("specialist")
        self._greet(beat)
        if self._present("verification"):
            good = self._tier("verification") == Tier.GOOD
            beat.say(self._pick(self.desk.verified_form if good else self.desk.verify.poor), "verification")
        self._answer(beat)
        self._after_answer(beat)
        self._close(beat)
        return beat

    def _solution(self, *, last: bool, takes_over: bool = False) -> Beat:
        beat = Beat("specialist")
        if takes_over:
            beat.say(self._tiered(self.desk.takeover, "route"), "route", "context")
        self._answer(beat)
        self._after_answer(beat)
        if last or not self.spoken:
            self._close(beat)
        return beat

    def _solution_in_two(self) -> list[Beat]:
        first, second = Beat("specialist"), Beat("specialist")
        self._answer(first)
        between = Beat("creator")
        between.say(self._pick(self.creator.here))
        self._after_answer(second)
        return [first, between, second]

    def _answer(self, beat: Beat) -> None:
        clear = self._tier("clarity")
        beat.say(self._tiered(self.desk.headline, "clarity"), "clarity", new=True)
        beat.say(self._solved(self._tier("accuracy")), "accuracy", "need", new=clear == Tier.GOOD and not self.spoken)
        if self._present("policy"):
            beat.say(self._tiered(self.desk.policy, "policy"), "policy")

    def _after_answer(self, beat: Beat) -> None:
        promised = self._tier("promises")
        if promised == Tier.POOR or (promised == Tier.GOOD and self.rng.random() < 0.3):
            beat.say(self._tiered(self.desk.promise, "promises"), "promises")
        if self._tier("privacy") == Tier.POOR:
            beat.say(self._pick(self.desk.leak), "privacy")
        if self.side_open and self._tier("completeness") == Tier.GOOD:
            beat.say(self._pick(self.desk.side), "completeness", new=True)
            beat.say(self.case.side[1].format_map(self.slots))
            self.side_open = False
        if self._present("route") and not self.case.escalated:
            beat.say(self._tiered(self.desk.route, "route"), "route", new=True)
        step = self._tier("next_step")
        texts = self.case.branch.steps if step == Tier.GOOD else self.desk.next_step.at(step)
        beat.say(self._pick(texts), "next_step", new=True)

    def _close(self, beat: Beat) -> None:
        beat.say(self._tiered(self.desk.closing, "personal"), new=True)

    def _end(self) -> list[Beat]:
        """The creator's last words and the reply to them; a question left open comes up once more."""
        words, reply = Beat("creator"), Beat("specialist")
        words.say(self._pick(self.creator.farewell.at(self._overall())))
        if self.side_open:
            words.say(self._pick(self.creator.side_again))
            if self._tier("completeness") == Tier.FAIR:
                reply.say(self.case.side[1].format_map(self.slots), "completeness")
        reply.say(self._tiered(self.desk.final, "tone"))
        return [words, reply]

    # Internal notes

    def _note(self) -> list[Beat]:
        beat = Beat("internal")
        tier = self._tier("records")
        slots = self._note_slots()
        texts = NOTES.records.at(tier)
        text = self.rng.choice(texts).format_map(slots)
        if not text or (tier == Tier.POOR and self.rng.random() < 0.5):
            return []
        beat.say(text, "records")
        return [beat]

    def _handover(self) -> Beat:
        beat = Beat("internal")
        slots = self._note_slots()
        beat.say(self.rng.choice(NOTES.handover.at(self._tier("route"))).format_map(slots), "records")
        return beat

    def _note_slots(self) -> dict[str, str]:
        finding = self.rng.choice(self.case.branch.findings).format_map(self.case.notes)
        return self.slots | dict(self.case.notes) | {"finding": finding}

    # Choices

    def _pick(self, texts: Sequence[str]) -> str:
        return self.rng.choice(texts).format_map(self.slots) if texts else ""

    def _tiered(self, texts: Tiered, theme: str) -> str:
        return self._pick(texts.at(self._tier(theme)))

    def _solved(self, tier: Tier) -> str:
        branch = self.case.branch
        return self._pick((branch.wrong, branch.thin, branch.right)[tier])

    def _tier(self, theme: str) -> Tier:
        return Tier.GOOD if self.part is None else self.part.truth.tier(theme)

    def _present(self, theme: str) -> bool:
        return self.part is not None and theme not in self.part.truth.absent

    def _asks_proof(self) -> bool:
        """Whether whoever began the ticket asked the creator to prove who they are."""
        asked = self.former if self.former and self.part and self.part.kind == SECOND_HALF else self.part
        return (
            asked is not None
            and "verification" not in asked.truth.absent
            and asked.truth.tier("verification") == Tier.GOOD
        )

    def _overall(self) -> Tier:
        """How the creator feels in the end."""
        tiers = sorted(self._tier(theme) for theme in ("accuracy", "completeness", "tone", "next_step"))
        if tiers[0] == Tier.POOR:
            return Tier.POOR
        return Tier.GOOD if tiers[1] == Tier.GOOD else Tier.FAIR
