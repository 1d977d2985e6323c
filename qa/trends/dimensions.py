"""By what figures are told apart, as the page names it and as the sums keep it. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One way to split: ``face`` is that of the sums; "" where teams, queues or answers are split instead.

    ``shared`` tells that reviewers' shares are kept for each of its values.
    """

    key: str
    title: str
    face: str = ""
    shared: bool = False

    @property
    def of_answers(self) -> bool:
        """Whether it splits what criteria or sections got, not whose work it is."""
        return self.key in {"criterion", "section"}


DIMENSIONS = {
    each.key: each
    for each in (
        Dimension(key="team", title="Team", shared=True),
        Dimension(key="queue", title="Queue", shared=True),
        Dimension(key="channel", title="Channel", face="channel"),
        Dimension(key="tier", title="Tier", face="tier"),
        Dimension(key="language", title="Language", face="language", shared=True),
        Dimension(key="tenure", title="Tenure", face="tenure"),
        Dimension(key="launch", title="Launch", face="launch"),
        Dimension(key="version", title="Rubric version", face="version"),
        Dimension(key="criterion", title="Criterion"),
        Dimension(key="section", title="Section"),
    )
}
NARROWING = ("channel", "tier", "language", "tenure", "launch")  # by what the whole page can be narrowed besides
NOTHING_SAID = "not told"  # how an empty value is called
