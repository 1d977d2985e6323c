"""What a monitoring is told, and what the log tells: figures and ids, nothing about anybody."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core.jobs import Job
from tests.support import server
from tests.support.cast import NOW
from tests.support.client import CheckingClient, new_client

TOKEN = "a token that only the monitoring knows"
BEARS = {"Authorization": f"Bearer {TOKEN}"}
SECRET = "Ann Abbott, ann@example.com, lost her payout"


@pytest.fixture
def watched(settings: Settings, session: Session) -> Iterator[CheckingClient]:
    """A browser of an application that is scraped, behind a proxy."""
    app = server.make_app(replace(settings, metrics_token=TOKEN, trusted_proxies=1))
    app.testing = False
    yield new_client(app, session)
    server.close_app(app)


def figures(client: CheckingClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Each sample by its name and labels."""
    answer = client.get("/metrics", headers=BEARS)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.get_data(as_text=True))
        for sample in family.samples
    }


def test_a_monitoring_that_bears_the_token_reads_requests_and_what_waits(
    watched: CheckingClient, session: Session
) -> None:
    session.add(Job(name="waits", payload={}, created_at=NOW))
    session.commit()
    watched.get("/sign-in")
    watched.get("/nowhere/at/all")
    watched.application.extensions["waiting_requests"] = lambda: 3

    found = figures(watched)

    labels = (("endpoint", "sign_in.form"), ("method", "GET"))
    assert found["fairmark_requests_total", (*labels, ("status", "200"))] == 1
    assert found["fairmark_request_seconds_count", labels] == 1
    assert found["fairmark_requests_total", (("endpoint", "none"), ("method", "GET"), ("status", "404"))] == 1
    assert found["fairmark_jobs", (("state", "waiting"),)] == 1
    assert found["fairmark_job_waiting_seconds", ()] > 0
    assert found["fairmark_requests_waiting", ()] == 3
    assert found["fairmark_ready", ()] == 1
    assert found["fairmark_disk_free_bytes", ()] > 0


def test_a_failure_is_found_in_the_log_by_the_id_that_the_page_shows_and_its_words_are_not_there(
    watched: CheckingClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(SECRET)

    vars(broken).update(vars(watched.application.view_functions["sign_in.form"]))  # it is as open as the page
    monkeypatch.setitem(watched.application.view_functions, "sign_in.form", broken)
    with caplog.at_level(logging.INFO, logger="qa"):
        answer = watched.get(f"/sign-in?next=/search?q={SECRET}", headers={"X-Request-ID": "from-the-proxy-1"})

    told = [json.loads(record.message) for record in caplog.records]
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] == "from-the-proxy-1"
    assert "from-the-proxy-1" in answer.get_data(as_text=True)
    assert {each["request"] for each in told} == {"from-the-proxy-1"}
    failed, request = told
    assert failed["exception"][0]["kind"] == "ValueError"
    assert failed["exception"][0]["places"][-1].endswith(" broken")
    assert (request["endpoint"], request["status"]) == ("sign_in.form", 500)
    assert "Abbott" not in caplog.text


def test_without_the_token_there_is_no_such_page_and_an_id_that_no_proxy_of_ours_gave_is_not_believed(
    client: CheckingClient, watched: CheckingClient
) -> None:
    assert client.get("/metrics", headers=BEARS).status_code == 404  # of an installation without one
    assert watched.get("/metrics").status_code == 404
    assert watched.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 404
    for browser, given in ((client, "from-outside-1"), (watched, "two words"), (watched, "x" * 65)):
        assert len(browser.get("/metrics", headers={"X-Request-ID": given}).headers["X-Request-ID"]) == 16
