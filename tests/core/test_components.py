"""Every component is drawn on one page, valid and without inline script or style."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.core.gallery import TEMPLATES, gallery_app
from tests.support.pages import problems_of

COMPONENTS = sorted(path.stem for path in (TEMPLATES / "components").glob("*.html"))
ERRORS = (403, 404, 409, 413, 429, 500)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return gallery_app().test_client()


@pytest.fixture(scope="module")
def gallery(client: FlaskClient) -> str:
    return client.get("/?team=a&sort=-score").get_data(as_text=True)


def test_the_gallery_is_a_sound_page(gallery: str):
    assert problems_of(gallery) == []


@pytest.mark.parametrize("component", COMPONENTS)
def test_each_component_is_shown_in_the_gallery(component: str):
    used = "".join(
        path.read_text()
        for path in [*Path(__file__).parent.glob("pages/*.html"), *TEMPLATES.rglob("*.html")]
        if path.stem != component or path.parent.name != "components"
    )

    assert f'from "components/{component}.html" import {component}' in used
    assert re.search(rf"\b({component}|{component}_of)\(", used)


@pytest.mark.parametrize("component", COMPONENTS)
def test_each_component_says_how_it_is_called(component: str):
    text = (TEMPLATES / "components" / f"{component}.html").read_text()

    assert text.startswith("{#")
    assert f"{component}(" in text[: text.index("#}")]
    assert len(re.findall(r"{%-? macro ", text)) == 1


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_page_says_what_happened_what_was_kept_and_what_to_do(client: FlaskClient, code: int):
    html = client.get(f"/error/{code}").get_data(as_text=True)

    assert problems_of(html) == []
    assert all(words in html for words in (f"Error {code}", "What happened", "What was kept", "What to do"))


def test_an_error_page_works_for_somebody_who_is_not_signed_in(client: FlaskClient):
    html = client.get("/plain-error").get_data(as_text=True)

    assert problems_of(html) == []
    assert "a1b2c3" in html
    assert "Sign out" not in html


def test_the_scoring_look_is_a_sound_page(client: FlaskClient):
    assert problems_of(client.get("/scoring").get_data(as_text=True)) == []


def test_a_sorted_column_says_so_and_its_link_turns_it_round(gallery: str):
    head = gallery[gallery.rindex("<thead>", 0, gallery.index(">T-48213<")) : gallery.index(">T-48213<")]

    assert 'aria-sort="descending"' in head
    assert 'href="/?team=a&amp;sort=score"' in head
    assert 'href="/?team=a&amp;sort=ticket"' in head


def test_a_chosen_filter_is_selected(gallery: str):
    assert '<option value="a" selected>Appeals North</option>' in gallery


def test_few_reviews_get_a_hollow_mark_and_no_verdict(gallery: str):
    overturned = gallery[gallery.index("Overturned") : gallery.index("Escalations")]

    assert "○" in overturned
    assert "too few to judge" in overturned
    assert "status--" not in overturned


@pytest.mark.parametrize(("n", "said"), [(0, "0 reviews"), (1, "1 review<"), (2, "2 reviews")])
def test_a_key_figure_of_one_review_says_review(client: FlaskClient, n: int, said: str):
    call = "{% from 'components/kpi.html' import kpi %}{{ kpi(label='Quality', value=80, n=n) }}"

    assert said in client.application.jinja_env.from_string(call).render(n=n)


def test_a_score_just_below_the_mark_does_not_look_like_the_mark(gallery: str):
    assert "79.96" in gallery


def test_a_field_with_an_error_points_at_it(gallery: str):
    assert 'aria-describedby="goal-help goal-error"' in gallery
    assert 'aria-invalid="true"' in gallery
    assert 'id="goal-error"' in gallery


def test_sign_out_is_a_post_form_with_its_token(gallery: str):
    form = gallery[gallery.index('action="/sign-out"') - 40 :].split("</form>")[0]

    assert 'method="post"' in form
    assert 'name="csrf_token"' in form


def test_the_present_room_is_marked(gallery: str):
    nav = gallery[gallery.index('<nav class="nav"') :]

    assert re.search(r'href="/trends" aria-current="page"', nav)
    assert nav.count('aria-current="page"', 0, nav.index("</nav>")) == 1
