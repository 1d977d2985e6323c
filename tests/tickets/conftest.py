"""Fixtures of this room's tests."""

from collections.abc import Callable

import pytest

from tests.support.client import CheckingClient
from tests.support.statements import count_queries


@pytest.fixture
def statements_of() -> Callable[[CheckingClient, str], int]:
    """``statements_of(client, path)`` opens a page and gives the number of its SQL statements."""

    def counted(client: CheckingClient, path: str) -> int:
        with count_queries() as statements:
            assert client.get(path).status_code == 200
        return len(statements)

    return counted
