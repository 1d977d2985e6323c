"""Drift and severity from the command line.

python -m calibration monitor --reviews FILE.csv.gz --rubric FILE.json
python -m calibration simulate [--quick]
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m calibration", description="Drift and severity of reviewers.")
    commands = parser.add_subparsers(dest="command", required=True)
    monitor = commands.add_parser("monitor", help="flags of every week of a file, as JSON lines")
    monitor.add_argument("--reviews", type=Path, required=True, help="scorings, CSV or CSV.gz")
    monitor.add_argument("--rubric", type=Path, required=True, help="criteria and versions, JSON")
    simulated = commands.add_parser("simulate", help="false alarms, delays and errors in simulated operations")
    simulated.add_argument("--quick", action="store_true", help="few small operations, in seconds")
    simulated.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    if given.command == "monitor":
        return _monitor(given.reviews, given.rubric)
    from calibration.simulation_study import report

    return report(quick=given.quick, seed=given.seed, out=sys.stdout)


def _monitor(reviews: Path, rubric: Path) -> int:
    from calibration.monitor import flag_line, watch
    from calibration.scoring_files import read_rubric, read_scorings

    try:
        scale = read_rubric(rubric)
        read = read_scorings(reviews, scale)
    except (OSError, ValueError) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    for week in watch(read.scorings, scale.scale):
        for flag in week.judgement.flags:
            sys.stdout.write(json.dumps(flag_line(flag, read.reviewers[flag.reviewer])) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
