"""The page from weekly sums: the figures of the single reviews, every way to split and narrow, and who sees them."""

import datetime as dt
import re
from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.clock import monday_of, utcnow, week_key
from qa.people.queries import setting_at, zone_of
from qa.reviews import keeping_sums, measured, measuring
from qa.reviews.models import Review, ReviewRevision
from qa.rubric_library.models import RubricVersion
from qa.sampling.estimation import Figure
from qa.sampling.models import Assignment, Draw, DrawnUnit, FrameUnit, Period, Purpose
from qa.tickets.models import HandledPart
from qa.trends import compare_views, comparing, looking, over_time, queries, rules, strictness, summed
from qa.trends.dimensions import DIMENSIONS
from qa.trends.filtering import Filters
from tests.coaching.weeks import wednesday
from tests.support.builders import make_assignment, make_period, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast, actor
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]
LEVELS: tuple[dict[str, str], ...] = (
    {},
    {"tone": "missed"},
    {"correct": "partly"},
    {"privacy": "missed"},
    {"correct": "na"},
)


def operation(session: Session, cast: Cast, version: RubricVersion, weeks: int = 5) -> None:
    """Weeks of frozen frames; in each both teams have reviews, in two queues and channels, and one is not done."""
    for back in range(1, weeks + 1):
        at = wednesday(back)
        for n in range(8):
            handled = make_ticket(
                session,
                cast,
                agent=(cast.sam_agent, cast.olga_agent)[n % 2],
                resolved_at=at,
                queue=("payouts", "login")[n // 2 % 2],
                channel=("email", "chat")[n // 4],
                tier="gold" if n % 3 else "",
                csat=("good", "bad", None)[(n + back) % 3],
                reopens=n % 4 // 3,
                first_reply_seconds=300 * (n + back),
                resolution_seconds=9_000 + 100 * n,
            )
            period = make_period(session, cast.programme.id, at.date())
            session.add(FrameUnit(period_id=period.id, part_id=handled.part.id, cell="all", prn=n, team="Payouts"))
            task = make_assignment(
                session, handled, (cast.rita, cast.rob)[n // 3 % 2], version, probability=(0.5, 0.25)[n % 2]
            )
            if n != 7:
                levels = LEVELS[(n + back) % len(LEVELS)]
                make_review(session, handled, task, levels, at=at + dt.timedelta(hours=1))
    for period in keeping_sums.periods_of(session, cast.programme.id):
        keeping_sums.rebuild(session, period)
    strictness.keep(session, cast.programme.id, now=utcnow())
    session.commit()


def test_the_page_shows_the_figures_of_the_single_reviews(session: Session, cast: Cast, sign_in: SignIn) -> None:
    operation(session, cast, publish_rubric(session, cast))
    now, who = utcnow(), actor(session, cast.quinn)
    setting = setting_at(session, cast.programme.id, now)
    zone = zone_of(setting)

    for chosen in (
        Filters(weeks=8),
        Filters(weeks=8, team_id=cast.payouts.id),
        Filters(weeks=8, queue="login"),
        Filters(weeks=8, by="queue"),
    ):
        looked = looking.look(session, who, chosen, setting=setting, zone=zone, now=now)
        where = queries.within(who, chosen.team_id, chosen.queue)
        since, until = looked.summed.weeks[0], looked.weeks[-1]
        known = [
            read(session, where, since=since, until=until)
            for read in (measuring.reviewed, measuring.framed, measuring.drawn)
        ]
        evidence = rules.Evidence.of(*measured.settled(*known))
        plain = _without_reviewers(evidence)
        single = rules.weekly(plain, looked.weeks).get("", [])
        spread = _spread_of_queues(plain)
        assert len(looked.overall) == len(single) == 8
        for ours, theirs in zip(looked.overall, single, strict=True):
            assert ours.quality.figure.estimate == pytest.approx(theirs.quality.figure.estimate)
            assert ours.quality.figure.variance == pytest.approx(_borrowing(theirs.quality.figure, *spread))
            assert ours.quality.figure.n == theirs.quality.figure.n
            assert ours.passed.figure.estimate == pytest.approx(theirs.passed.figure.estimate)
            assert ours.critical.figure.estimate == pytest.approx(theirs.critical.figure.estimate)
            assert (ours.csat, ours.frame, ours.drawn, ours.reviewed) == (
                theirs.csat,
                theirs.frame,
                theirs.drawn,
                theirs.reviewed,
            )
        assert looked.summed.known.between > 0
        newest = looked.overall[-1].quality.figure
        shares = looked.summed.concentration([looked.weeks[-1]], newest.n_effective)
        assert newest.reviewer_variance == pytest.approx(looked.summed.known.between * shares)
    assert {tile.key for tile in looked.tiles} == {
        *("quality", "passed", "critical", "csat", "reopen", "escalated", "reply", "solve"),
        *("coverage", "disputed", "overturned", "agreement"),
    }
    lead = sign_in(cast.lena)
    for by in DIMENSIONS:
        grain = "month" if by in {"team", "section"} else "week"
        assert lead.get(f"/trends/?weeks=8&by={by}&grain={grain}").status_code == 200, by
    page = lead.get("/trends/?weeks=8&narrow=channel:chat&by=queue").text
    assert 'value="channel:chat" selected' in page
    assert "Quality by queue" in page
    plain = lead.get("/trends/?weeks=8").text  # small charts are drawn when they are asked for, by a plain link
    assert "Quality by team" not in plain
    assert 'href="/trends/?weeks=8&amp;by=team#small-charts"' in plain
    behind = lead.get(f"/trends/reviews?week={week_key(wednesday(1).date())}&narrow=channel:chat").text
    assert behind.count("/reviews/") == 2  # of Sam's four parts of the week two came by chat
    assert lead.get("/trends/reviews?week=2026-W14&narrow=tenure:not known&until=2026-W17").status_code == 200


def test_a_desk_says_what_the_page_of_trends_says(session: Session, cast: Cast, sign_in: SignIn) -> None:
    operation(session, cast, publish_rubric(session, cast))
    now, who = utcnow(), actor(session, cast.quinn)
    setting = setting_at(session, cast.programme.id, now)
    top = looking.newest_weeks(session, who, Filters(), setting=setting, zone=zone_of(setting), now=now)
    lead = sign_in(cast.quinn)

    desk, page = (_tiles(lead.get(path).text) for path in ("/", "/trends/"))
    held = sign_in(cast.dora).get("/").text

    assert desk == page[:4]
    assert desk[0].startswith("Quality")
    for rows in (top.team_rows, top.queue_rows):  # Benjamini and Hochberg by hand: p times how many, over its place
        ps = sorted(row.change.p_value or 0.0 for row in rows)
        for row in rows:
            at = ps.index(row.change.p_value or 0.0)
            steps = [min(1.0, p * len(ps) / (place + 1)) for place, p in enumerate(ps) if place >= at]
            assert row.adjusted_p == pytest.approx(min(steps))
            assert row.moved_by_strictness == pytest.approx(
                (row.now.figure.estimate or 0) - (row.fair.estimate or 0) if row.fair else None
            )
    assert "held back: fewer than 5 people" in held  # two specialists alone, whom a director does not see one by one


def _tiles(page: str) -> list[str]:
    """The key figures of a page in words, without what explains them."""
    found = re.findall(
        r'<li class="kpi">(.*?)</li>', re.sub(r'<div class="popover".*?</div>', "", page, flags=re.S), re.S
    )
    return [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in found]


def test_each_figure_leads_to_as_many_reviews_as_it_rests_on(session: Session, cast: Cast, sign_in: SignIn) -> None:
    operation(session, cast, publish_rubric(session, cast), weeks=6)
    lead = sign_in(cast.quinn)
    seen: dict[str, tuple[int, int]] = {}

    for path in (
        "/",
        "/trends/?weeks=8&by=team",
        "/trends/?weeks=8&by=version",
        "/trends/?weeks=8&by=criterion",
        "/trends/?weeks=8&by=section",
        "/trends/?weeks=8&by=queue&narrow=channel:chat&grain=month",
    ):
        for address, n in _counted(lead.get(path).text):
            listed = lead.get(address.replace("&amp;", "&")).text
            unscored = 0 if "answered=" in address else listed.count("no score")
            scored = len(re.findall(r'href="/reviews/\d+"', listed)) - unscored
            seen[address] = n, scored

    assert {what: pair for what, pair in seen.items() if pair[0] != pair[1]} == {}
    assert {len(re.findall("until=", address)) for address in seen} == {0, 1}
    assert len(seen) > 30
    assert {kind for kind in ("criterion", "section") if any(f"answered={kind}" in each for each in seen)} == {
        "criterion",
        "section",
    }
    assert max(n for n, _ in seen.values()) == 28  # four weeks of seven reviews


def _counted(page: str) -> list[tuple[str, int]]:
    """Every address of reviews on a page beside the n that stands there."""
    tiles = re.findall(r'<a href="(/trends/reviews[^"]*)">(?:n&nbsp;)?([\d,]+)', page)
    points = re.findall(r'<a href="(/trends/reviews[^"]*)" class="point"[^>]*><title>[^<]*, n ([\d,]+)', page)
    return [(address, int(n.replace(",", ""))) for address, n in [*tiles, *points]]


def test_weeks_that_are_quiet_since_keep_what_they_compare_with_and_can_be_chosen(session: Session, cast: Cast) -> None:
    # The newest reviews are 25 weeks old, of 26 that are shown; what they are compared with is older than all of those.
    version = publish_rubric(session, cast)
    for back in (25, 29):
        at = wednesday(back)
        handled = make_ticket(session, cast, resolved_at=at, queue="payouts", channel="chat")
        period = make_period(session, cast.programme.id, at.date())
        session.add(FrameUnit(period_id=period.id, part_id=handled.part.id, cell="all", prn=back, team="Payouts"))
        make_review(session, handled, make_assignment(session, handled, cast.rita, version), at=at)
    for period in keeping_sums.periods_of(session, cast.programme.id):
        keeping_sums.rebuild(session, period)
    session.commit()
    now, who = utcnow(), actor(session, cast.quinn)
    setting = setting_at(session, cast.programme.id, now)

    looked = looking.look(session, who, Filters(weeks=26), setting=setting, zone=zone_of(setting), now=now)

    newest, before = (summed.domain(looked.summed, _in(looked, weeks), 1) for weeks in (looked.newest, looked.before))
    assert [summed.counts(looked.summed, each)["reviewed"].tolist() for each in (newest, before)] == [[1.0], [1.0]]
    assert len(looked.overall) == len(looked.weeks) == 26
    assert (looked.facets["queue"], looked.facets["channel"]) == (["payouts"], ["chat"])


def _in(looked: looking.Looked, weeks: Collection[dt.date]) -> Callable[..., NDArray[np.int64]]:
    places = looked.summed.places(weeks)
    return lambda week, *_: np.where(np.isin(week, places), 0, -1)


def test_reviews_that_no_figure_rests_on_are_counted_by_why_and_within_the_weeks_asked_for(
    session: Session, cast: Cast
) -> None:
    version, zone = publish_rubric(session, cast), zone_of(setting_at(session, cast.programme.id, utcnow()))
    for back, purpose, voided in (
        (1, Purpose.ROUTINE, False),
        (1, Purpose.ROUTINE, True),
        (1, Purpose.TARGETED, False),
        (2, Purpose.TARGETED, False),
        (2, Purpose.TARGETED, True),
        (2, Purpose.FOLLOW_UP, False),
        (3, Purpose.TARGETED, False),  # before the weeks
    ):
        at = wednesday(back)
        handled = make_ticket(
            session, cast, resolved_at=at, queue="login" if purpose == Purpose.TARGETED else "payouts"
        )
        task = make_assignment(session, handled, cast.rita, version, purpose=purpose)
        review = make_review(session, handled, task, at=at + dt.timedelta(hours=1))
        if voided:
            review.state, review.voided_at, review.void_reason = "voided", utcnow(), "wrong ticket"
    session.commit()
    weeks = [monday_of(wednesday(back).date()) for back in (2, 1)]

    def told(**narrowed: str | int) -> dict[str, int]:
        who = actor(session, cast.quinn)
        return dict(queries.left_out(session, who, weeks, zone, **narrowed))  # type: ignore[arg-type]

    assert told() == {
        "targeted reviews (chosen, not drawn)": 2,
        "follow-up reviews": 1,
        "voided reviews": 2,
    }
    assert told(queue="payouts") == {"follow-up reviews": 1, "voided reviews": 1}
    assert told(team_id=cast.appeals.id) == {}


def test_two_groups_differ_by_what_their_reviewers_do_not_share(session: Session, cast: Cast) -> None:
    operation(session, cast, publish_rubric(session, cast))
    who, last = actor(session, cast.quinn), monday_of(wednesday(1).date())
    scope, teams = looking.scope_of(session, who, Filters())
    found = summed.load(session, scope, since=last - dt.timedelta(weeks=25), until=last)
    crowd = over_time.Crowd(session=session, scope=scope, found=found, sees_each=True)
    weeks = tuple(last - dt.timedelta(weeks=back) for back in range(4))
    pair = (cast.payouts.id, cast.appeals.id)
    sides = [comparing.Side(name="", weeks=weeks, key=str(team)) for team in pair]

    quality = comparing.compare(session, found, "team", *sides, crowd).rows[0]
    slices = comparing.slices(session, found, weeks, crowd, {team.id: team.name for team in teams})

    mine, theirs = (_by_hand(session, team, weeks) for team in pair)
    apart = sum((mine.get(who, 0) - theirs.get(who, 0)) ** 2 for who in {*mine, *theirs})
    assert apart > 0.05
    sampled = (quality.a.variance or 0) + (quality.b.variance or 0)
    assert quality.change.std_error == pytest.approx((sampled + found.known.between * apart) ** 0.5)
    assert quality.a.reviewer_variance == pytest.approx(
        found.known.between * sum(each * each for each in mine.values())
    )
    beside = next(each for each in slices if (each.dimension, each.name) == ("Team", cast.payouts.name))
    assert beside.change.std_error == pytest.approx(quality.change.std_error)
    assert beside.here.reviewer_variance == pytest.approx(quality.a.reviewer_variance)
    ends = [(each.here.interval.low, each.here.interval.high) for each in slices if each.here.interval]
    assert max(high for _, high in ends) <= 100
    assert min(low for low, _ in ends) >= 0


def _by_hand(session: Session, team: int, weeks: Collection[dt.date]) -> dict[int, float]:
    """Each reviewer's share of a team's reviews, by one over the chance of the draw."""
    rows = session.execute(
        select(Review.reviewer_id, func.sum(1 / DrawnUnit.inclusion_probability))
        .join(Assignment, Assignment.id == Review.assignment_id)
        .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(ReviewRevision, ReviewRevision.id == Review.current_revision_id)
        .where(HandledPart.team_id == team, Period.starts_on.in_(weeks), ReviewRevision.score.is_not(None))
        .group_by(Review.reviewer_id)
    ).all()
    total = sum(d for _, d in rows)
    return {reviewer: d / total for reviewer, d in rows}


def _spread_of_queues(evidence: rules.Evidence) -> tuple[float, float]:
    """The window's pooled variance of a review, and its degrees of freedom, from the figures of its queues."""
    names = sorted({row.queue for row in evidence.measured.reviews})
    codes, framed = evidence.codes(lambda row: names.index(row.queue) if row.queue in names else -1)
    figures = [each.figure for each in evidence.measured.window.quality(codes, framed, len(names))]
    pooled = sum(each.n * (each.variance or 0.0) / _drawn(each) for each in figures)
    return pooled / sum(each.n for each in figures), sum(each.n_effective - 1 for each in figures)


def _borrowing(figure: Figure, spread: float, spread_df: float) -> float | None:
    """Smyth's (2004) variance of a figure: its own and the window's by their degrees of freedom, the latter's 8."""
    own = figure.n_effective - 1
    if figure.n < 2:
        return None
    borrowed = min(8.0, max(spread_df - own, 0.0))
    variance = figure.variance or 0.0
    return (own * variance + borrowed * spread * _drawn(figure)) / (own + borrowed)


def _drawn(figure: Figure) -> float:
    """Sum (1-pi) w^2 over (sum w)^2: the variance of a mean over that of one score."""
    return 1 / figure.n_effective - 1 / figure.weight


def _without_reviewers(evidence: rules.Evidence) -> rules.Evidence:
    """Sampling alone: what reviewers add is kept apart, once a day."""
    plain = replace(evidence.measured.window, strictness=None)
    return replace(evidence, measured=replace(evidence.measured, window=plain))


def test_comparing_and_validity_answer_their_reader_and_hold_back_what_is_over_two_people(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    operation(session, cast, publish_rubric(session, cast))
    quinn, director, sam = sign_in(cast.quinn), sign_in(cast.dora), sign_in(cast.sam)

    periods = quinn.get("/trends/compare").text
    for kind in ("team", "queue", "channel", "tier", "language", "tenure", "launch"):
        assert quinn.get(f"/trends/compare?kind={kind}&length=8").status_code == 200, kind
    teams = quinn.get("/trends/compare?kind=team&length=8").text
    held = director.get("/trends/compare").text
    valid, few = quinn.get("/trends/validity").text, director.get("/trends/validity").text
    health = director.get("/trends/health").text

    earlier = quinn.get(f"/trends/compare?length=4&until={week_key(wednesday(5).date())}&with=year").text
    newest, before = (f"{week_key(wednesday(n + 3).date())} to {week_key(wednesday(n).date())}" for n in (1, 5))
    far = f"{week_key(wednesday(60).date())} to {week_key(wednesday(57).date())}"
    assert (newest in periods, before in periods, before in earlier, far in earlier) == (True, True, True, True)
    assert newest not in earlier
    for page in (periods, teams, earlier):  # each n leads to as many reviews
        for address, n in _counted(page):
            listed = quinn.get(address.replace("&amp;", "&")).text
            assert len(re.findall(r'href="/reviews/\d+"', listed)) - listed.count("no score") == n, address
    assert len(_counted(teams)) > 10
    assert quinn.get("/trends/compare?kind=team&narrow=channel:chat&until=2026-W99").status_code == 200
    assert "True change within them" in periods
    assert "Where quality differs most" in periods
    assert "Appeals and Payouts" in teams
    assert "held back: fewer than 5 people" in held
    assert "Where quality differs most" not in held
    assert "Scores beside outcomes" in valid
    assert "QA score" in valid
    assert "Held back: fewer than 5 people" in few
    assert "Scores beside outcomes" not in few
    assert "The sample, by week drawn" in health
    assert "fewer than 5 plans to speak of" in health
    assert sign_in(cast.lena).get("/trends/health").status_code == 403
    assert [sam.get(f"/trends/{page}").status_code for page in ("compare", "validity")] == [403, 403]


def test_the_work_of_no_team_leads_to_no_list_rather_than_to_that_of_all() -> None:
    monday = dt.date(2026, 3, 2)

    assert compare_views.behind([monday], Filters(), "team", "") is None
    assert compare_views.behind([monday], Filters(), comparing.PAIRS, "|Payouts") is None


def test_without_a_review_the_pages_say_what_to_do(cast: Cast, sign_in: SignIn) -> None:
    quinn = sign_in(cast.quinn)

    assert [
        said in quinn.get(path).text
        for path, said in (
            ("/trends/", "Nothing to show yet"),
            ("/trends/compare", "Nothing to compare yet"),
            ("/trends/compare?kind=team", "Nothing to compare yet"),
            ("/trends/validity", "Nothing to judge yet"),
            ("/trends/health", "Nothing was drawn lately"),
        )
    ] == [True] * 5
