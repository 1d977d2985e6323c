"""Numbers that no database holds, in addresses."""

from collections.abc import Callable

from tests.support.cast import Cast
from tests.support.client import CheckingClient

TOO_LARGE = "99999999999999999999"
PATHS = ("/launches/{}", "/escalations/{}", "/sop-gaps/{}", "/rubrics/procedures/{}", "/coaching/people/{}")
FILTERS = (
    "/escalations/?owner={}",
    "/sop-gaps/?procedure={}",
    "/trends/?team={}",
    "/disputes/?team={}",
    "/tickets/?specialist={}",
    "/audit?before={}",
)


def test_a_number_that_no_database_holds_leads_nowhere_and_narrows_nothing(
    cast: Cast, sign_in: Callable[..., CheckingClient]
) -> None:
    quinn = sign_in(cast.quinn)

    assert {quinn.get(path.format(TOO_LARGE)).status_code for path in PATHS} == {404}
    assert [quinn.get(path.format(TOO_LARGE)).status_code for path in FILTERS] == [200] * len(FILTERS)
    assert quinn.get(f"/rubrics/compare?old={TOO_LARGE}&new={TOO_LARGE}").status_code < 500
