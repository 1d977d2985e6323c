"""A second process tells and grades exactly what the first one would."""

from qa.demo import two_processes
from qa.demo.grading import Grading, Place, Sheet
from qa.demo.load_tickets import Records
from qa.demo.two_processes import FEW, TwoProcesses

TICKETS = range(40, 100)
WITH_TEXT = frozenset({41, 77})


def test_two_processes_work_out_what_one_would(operation, versions, monkeypatch):
    monkeypatch.setattr(two_processes, "CHUNK", 25)
    records, grading = Records(operation), Grading(operation)
    expected = [
        record
        for start in range(0, len(TICKETS), 25)
        for record in records.facts(TICKETS[start : start + 25], with_text=WITH_TEXT)
    ]
    sheets = [
        Sheet(
            place=Place(ticket=int(operation.parts.ticket[part]), index=0, channel="email"),
            version_id=1,
            purpose="routine",
            reviewer=part % 3,
            week=20,
        )
        for part in range(0, 50, 10)
    ]
    version = {1: versions["general_support"]}

    assert operation.tickets.number.size > FEW
    with TwoProcesses(operation) as working:
        assert list(working.facts(TICKETS, with_text=WITH_TEXT)) == expected
        assert list(working.texts([41, 50])()) == list(records.with_text([41, 50]))
        assert list(working.grade(sheets, version)) == [grading.graded(sheet, version[1]) for sheet in sheets]
    assert sum(record.messages is not None for record in expected) == len(WITH_TEXT)
