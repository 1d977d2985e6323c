"""What importing the library costs: nothing of SciPy before a figure needs it."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("modules", "kept_out"),
    [
        pytest.param("calibration.agreement, calibration.reliability, calibration.severity", "scipy", id="everyday"),
        pytest.param("calibration.rasch, calibration.fair_means, calibration.simulate", "scipy.stats", id="all"),
    ],
)
def test_importing_the_library_leaves_scipy_for_later(modules: str, kept_out: str) -> None:
    text = f"import sys, {modules}; print([name for name in sys.modules if name.startswith('{kept_out}')])"

    loaded = subprocess.run([sys.executable, "-c", text], check=True, capture_output=True, text=True).stdout

    assert loaded.strip() == "[]"
