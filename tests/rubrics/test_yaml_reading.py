"""Reading: every problem has its line, column, path and advice; what is hostile is refused before it grows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics import RubricError, load_yaml

GOOD = """\
format: 1
key: trial
name: Trial
version: "1.0"
pass_mark: 80
sections:
  - key: all
    name: All
    weight: 1
    criteria:
      - key: tone
        name: Tone
        question: How was it?
        weight: 2.5
        na_allowed: true
        critical: {scope: review, fails_at: [bad]}
        scale:
          kind: levels
          levels:
            - {key: good, name: Good, points: 2}
            - {key: fair, name: Fair, points: 1}
            - {key: bad, name: Bad, points: 0}
"""


TONE = "sections[1].criteria[1]"


def problems_of(text):
    with pytest.raises(RubricError) as caught:
        load_yaml(text, name="trial.yaml")
    return caught.value.problems


def changed(old, new):
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


def test_a_good_rubric_is_read():
    version = load_yaml(GOOD)

    assert (version.key, version.label, version.pass_mark) == ("trial", "1.0", 80)
    assert version.criterion("tone").weight * 2 == 5


def test_what_a_level_asks_for_follows_from_its_place_when_left_out():
    good, fair, bad = load_yaml(GOOD).criterion("tone").scale.levels

    assert (good.failing, good.comment_required, good.evidence_required) == (False, False, False)
    assert (fair.failing, fair.comment_required, fair.evidence_required) == (False, False, False)
    assert (bad.failing, bad.comment_required, bad.evidence_required) == (True, True, True)


def test_the_lowest_level_of_an_ordinary_criterion_asks_for_a_pin():
    text = changed("        critical: {scope: review, fails_at: [bad]}\n", "")

    bad = load_yaml(text).criterion("tone").scale.levels[-1]

    assert (bad.failing, bad.comment_required, bad.evidence_required) == (False, False, True)


@pytest.mark.parametrize(
    ("old", "new", "place", "path", "said"),
    [
        pytest.param("pass_mark: 80", "pass_mrk: 80", (5, 1), "", "unknown name 'pass_mrk'", id="unknown name"),
        pytest.param("name: Trial\n", "", (1, 1), "", "name is missing: add it", id="missing name"),
        pytest.param("pass_mark: 80", "pass_mark: 8O", (5, 12), "pass_mark", "must be a number", id="a letter O"),
        pytest.param("pass_mark: 80", "pass_mark: 1e2", (5, 12), "pass_mark", "must be a number", id="exponent"),
        pytest.param("pass_mark: 80", "pass_mark: .inf", (5, 12), "pass_mark", "must be a number", id="infinity"),
        pytest.param("pass_mark: 80", "pass_mark: -1", (5, 12), "pass_mark", "must be a number", id="negative"),
        pytest.param("pass_mark: 80", 'pass_mark: "80"', (5, 12), "pass_mark", "must be a number", id="quoted number"),
        pytest.param("pass_mark: 80", "pass_mark: 201", (5, 12), "pass_mark", "from 0 to 200, not 201", id="too much"),
        pytest.param('"1.0"', "1.0", (4, 10), "version", "in quotes", id="version without quotes"),
        pytest.param('"1.0"', '"1"', (4, 10), "version", "in quotes", id="version without minor step"),
        pytest.param("format: 1", "format: 2", (1, 9), "format", "format must be 1", id="another format"),
        pytest.param("name: Trial", "name: 12", (3, 7), "name", 'put it in quotes, "12"', id="number as name"),
        pytest.param("name: Trial", "name: null", (3, 7), "name", "name is empty", id="null name"),
        pytest.param("name: Trial", 'name: "  "', (3, 7), "name", "name is empty", id="blank name"),
        pytest.param("name: Trial", 'name: "a\\nb"', (3, 7), "name", "on one line", id="name on two lines"),
        pytest.param("name: Trial", 'name: "a\\ab"', (3, 7), "name", "control character", id="escaped control"),
        pytest.param("name: Trial", 'name: "\\ud800"', (3, 10), "", "invalid Unicode", id="half a character"),
        pytest.param("name: Trial", f"name: {'x' * 121}", (3, 7), "name", "at most 120", id="long name"),
        pytest.param("key: trial", "key: Trial!", (2, 6), "key", "a key is one word", id="bad key"),
        pytest.param("name: Trial", "name: [Trial]", (3, 7), "name", "must be text", id="list as name"),
        pytest.param(
            "    weight: 1\n", "    weight: 1\n    weight: 2\n", (10, 5), "sections[1].weight", "second time", id="two"
        ),
        pytest.param("na_allowed: true", "na_allowed: yes", (15, 21), f"{TONE}.na_allowed", "true or false", id="yes"),
        pytest.param("kind: levels", "kind: stars", (18, 17), f"{TONE}.scale.kind", "one of bin", id="unknown kind"),
        pytest.param(
            "fails_at: [bad]", "fails_at: [poor]", (16, 46), f"{TONE}.critical.fails_at[1]",
            "no level poor: use one of good, fair, bad", id="unknown failing level",
        ),
        pytest.param("scope: review", "scope: all", (16, 27), f"{TONE}.critical.scope", "one of review", id="scope"),
        pytest.param(
            "points: 1}", "points: 3}", (21, 47), f"{TONE}.scale.levels[2].points", "from best to worst", id="order"
        ),
        pytest.param(
            "{key: bad, name: Bad, points: 0}", "bad", (22, 15), f"{TONE}.scale.levels[3]",
            "names with their values", id="word for an object",
        ),
    ],
)  # fmt: skip
def test_a_problem_names_its_place_and_what_to_do(old, new, place, path, said):
    (problem, *others) = problems_of(changed(old, new))

    assert not others
    assert (problem.file, problem.line, problem.column) == ("trial.yaml", *place)
    assert problem.path == path
    assert said in problem.message


def test_several_problems_are_told_at_once_in_reading_order():
    text = changed("pass_mark: 80", "pass_mark: many").replace("points: 2", "point: 2").replace("name: All", "name: 5")

    found = problems_of(text)

    assert [(problem.line, problem.path) for problem in found] == [
        (5, "pass_mark"),
        (8, "sections[1].name"),
        (20, "sections[1].criteria[1].scale.levels[1]"),
        (20, "sections[1].criteria[1].scale.levels[1]"),
    ]
    assert str(found[0]).startswith("trial.yaml:5:12: pass_mark: pass_mark must be a number")


def test_an_endless_list_of_problems_is_cut():
    text = "".join(f"wrong{n}: 1\n" for n in range(500))

    assert len(problems_of(text)) == 50


def test_what_is_left_empty_reads_as_left_out():
    assert load_yaml(changed("pass_mark: 80", "pass_mark:")).pass_mark is None
    assert load_yaml(changed("pass_mark: 80", "pass_mark: ~")).pass_mark is None


def test_what_is_no_yaml_is_shown_where_the_reader_stumbled():
    (problem,) = problems_of("key: a\nname: b: c\n")

    assert (problem.line, problem.column) == (2, 8)  # at the second colon
    assert "not YAML: mapping values are not allowed in this context" in problem.message


def test_the_bounds_of_a_number_are_still_allowed():
    assert load_yaml(changed("pass_mark: 80", "pass_mark: 200")).pass_mark == 200
    assert load_yaml(changed("pass_mark: 80", "pass_mark: 0")).pass_mark == 0


def test_windows_line_ends_read_the_same():
    assert load_yaml(GOOD.replace("\n", "\r\n")) == load_yaml(GOOD)


LAUGHS = "a: &a [x, x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(LAUGHS, "remove &a", id="references that multiply"),
        pytest.param("a: *a", "write *a out in full", id="reference"),
        pytest.param("a: &a\n  - *a", "remove &a", id="a list that holds itself"),
        pytest.param("<<: *base", "references are not allowed", id="merge"),
        pytest.param("a: !!python/object/apply:os.system [ls]", "tags are not allowed", id="python tag"),
        pytest.param("!rubric\nkey: a", "tags are not allowed", id="own tag"),
        pytest.param("! a", "tags are not allowed", id="bare tag"),
        pytest.param("a: !!binary aGk=", "tags are not allowed", id="binary"),
        pytest.param("%YAML 1.1\n---\na: 1", "begin with %", id="directive"),
        pytest.param("%TAG ! tag:x,2000:\n---\na: 1", "begin with %", id="tag directive"),
        pytest.param("a: 1\n---\na: 2", "one file holds one rubric", id="two documents"),
        pytest.param("a: 1\n" * 60_000, "characters, at most", id="huge"),
        pytest.param("a: " + "x" * 6_000, "line is too long", id="long line"),
        pytest.param("\n" * 50_000, "lines, at most", id="many lines"),
        pytest.param("- [a, b]\n" * 3_000, "too many values", id="many values"),
        pytest.param("[" * 1_500, "too many brackets", id="open brackets"),
        pytest.param("[{" * 60, "too many brackets", id="brackets and braces"),
        pytest.param("[\n" * 1_500, "nested too deeply", id="open brackets on many lines"),
        pytest.param("{a: " * 50, "nested too deeply", id="open braces"),
        pytest.param("- " * 900, "nested too deeply", id="dashes"),
        pytest.param("? " * 900, "nested too deeply", id="question marks"),
        pytest.param("? [a]\n: b", "single word", id="list as a name"),
        pytest.param("a: \x00", "U+0000", id="null character"),
        pytest.param("a: \x1b[31m", "U+001B", id="terminal escape"),
        pytest.param("a: \u2028", "U+2028 LINE SEPARATOR", id="line separator"),
        pytest.param("\ufeffa: 1", "U+FEFF", id="byte order mark"),
        pytest.param("a: [1, 2", "not YAML", id="open list"),
        pytest.param("a: 'x", "not YAML", id="open quote"),
        pytest.param('a: "\\U99999999"', "invalid Unicode character", id="no such character"),
        pytest.param("a:\tb\n\t- c", "not YAML", id="tabs"),
        pytest.param("", "empty", id="nothing"),
        pytest.param("# only a remark\n", "empty", id="only a remark"),
        pytest.param("just words", "names with their values", id="no mapping"),
        pytest.param("- a\n- b", "names with their values", id="a list"),
    ],
)  # fmt: skip
def test_what_is_no_rubric_is_refused(text, said):
    found = problems_of(text)

    assert said in found[0].message


@given(st.text("a: -[]{}&*!|>'\"%#?,\n\t\\0~@`é\x85", max_size=80))
def test_any_odd_text_is_refused_with_a_problem(text):
    assert problems_of(text)


@given(st.integers(0, len(GOOD) - 1), st.sampled_from(list("&*!%[]{}'\"\n\t:-#|>\\\x00 ")))
def test_one_wrong_character_gives_a_rubric_or_problems_with_their_lines(place, character):
    text = GOOD[:place] + character + GOOD[place + 1 :]

    try:
        found, lines = load_yaml(text).criteria, [1]
    except RubricError as error:
        found, lines = error.problems, [problem.line or 1 for problem in error.problems]

    assert found
    assert all(1 <= line <= 24 for line in lines)
