"""A small simulated operation, made once."""

import datetime as dt

import pytest

import rubrics
from qa.demo.cases import case
from qa.demo.conversations import conversation
from qa.demo.operation import simulate_operation

MONDAY = dt.date(2026, 11, 23)
SEED = 11


@pytest.fixture(scope="session")
def operation():
    return simulate_operation(SEED, MONDAY, tickets=12_000)


@pytest.fixture(scope="session")
def told(operation):
    """Every tenth ticket's case with its conversation."""
    cases = [case(operation, ticket) for ticket in range(0, operation.tickets.number.size, 10)]
    return [(item, conversation(item)) for item in cases]


@pytest.fixture(scope="session")
def versions():
    """The library's rubrics by name."""
    return {name: rubrics.load_yaml(text, name=f"{name}.yaml") for name, text in rubrics.library().items()}
