"""The small command with which an author checks a file before importing it."""

from rubrics.__main__ import main
from rubrics.schema import schema_text
from tests.rubrics.test_yaml_reading import GOOD


def test_a_good_file_is_named_with_its_fingerprint(tmp_path, capsys):
    path = tmp_path / "good.yaml"
    path.write_text(GOOD, encoding="utf-8")

    code = main(["check", str(path)])

    assert code == 0
    assert f"{path}: trial 1.0, 1 criteria, " in capsys.readouterr().out


def test_every_problem_of_every_file_is_told(tmp_path, capsys):
    bad, absent = tmp_path / "bad.yaml", tmp_path / "absent.yaml"
    bad.write_text(GOOD.replace("pass_mark: 80", "pass_mark: many"), encoding="utf-8")

    code = main(["check", str(bad), str(absent)])

    said = capsys.readouterr().err
    assert code == 1
    assert f"{bad}:5:12: pass_mark:" in said
    assert str(absent) in said


def test_the_schema_can_be_written_out(capsys):
    assert main(["schema"]) == 0
    assert capsys.readouterr().out == schema_text()
