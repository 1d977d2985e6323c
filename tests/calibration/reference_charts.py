"""How the reference cases of control charts are computed."""

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from calibration.control_charts import cusum_chart, ewma_chart, shewhart_chart
from calibration.run_lengths import cusum_arl, ewma_arl, shewhart_arl

Figures = dict[str, Any]


def run_lengths(case: Mapping[str, Any]) -> Figures:
    """Average run lengths at each shift."""
    options = dict(case["options"])
    chart, sided = options["chart"], side(options.get("sided", "two"))
    headstart = float(options.get("headstart") or 0)
    if chart == "shewhart":
        one: Callable[[float], float] = lambda shift: shewhart_arl(shift, limit=options["L"], sided=sided)  # noqa: E731
    elif chart == "cusum":
        one = lambda shift: cusum_arl(shift, k=options["k"], h=options["h"], sided=sided, headstart=headstart)  # noqa: E731
    else:
        one = lambda shift: ewma_arl(  # noqa: E731
            shift,
            weight=options["lambda"],
            limit=options["L"],
            sided=sided,
            limits=limits(options.get("limits", "fixed")),
            headstart=headstart,
            reflect=options.get("zr"),
        )
    one, shifts = functools.cache(one), case["input"]["shift_mu"]
    found = [one(float(shift)) for shift in (shifts if isinstance(shifts, list) else [shifts])]
    return {"arl": found if isinstance(shifts, list) else found[0], "arl0": one(0.0)}


def side(word: str) -> str:
    """Our word for a side."""
    plain = re.sub(r"[-_ ]?sided$", "", word)
    return {"one": "one-upper", "upper": "one-upper", "lower": "one-lower"}.get(plain, plain)


def limits(words: str) -> str:
    """Our word for the kind of limits, which a case describes with its formula."""
    return "time-varying" if re.match("time|vacl|exact", words) else "fixed"


def path(case: Mapping[str, Any]) -> Figures:
    """Paths, limits and first signals of the charts of one series; no signal is null."""
    options, x = dict(case["options"]), case["input"]["x"]
    common = {"target": options["target"], "sigma": options["sigma"]}
    figures: Figures = {}
    if "cusum" in options:
        chosen = options["cusum"]
        sums = cusum_chart(x, **common, k=chosen["k"], h=chosen["h"], headstart=chosen.get("headstart") or 0.0)
        figures |= {"cusum_plus": sums.upper.tolist(), "cusum_minus": sums.lower.tolist()}
        figures["cusum_signal"] = int(sums.signal) or None
    if "ewma" in options:
        chosen = options["ewma"]
        average = ewma_chart(
            x,
            **common,
            weight=chosen["lambda"],
            limit=chosen["L"],
            limits=limits(chosen.get("limits", "time-varying")),
            headstart=chosen.get("headstart") or 0.0,
        )
        figures |= {"ewma": average.value.tolist(), "ewma_lcl": average.lower.tolist()}
        figures |= {"ewma_ucl": average.upper.tolist(), "ewma_signal": int(average.signal) or None}
    if "shewhart" in options:
        single = shewhart_chart(x, **common, limit=options["shewhart"].get("L", 3))
        figures |= {"shewhart_lcl": single.lower, "shewhart_ucl": single.upper}
        figures["shewhart_signal"] = int(np.asarray(single.signal)) or None
    return figures


FAMILIES: dict[str, Callable[[Mapping[str, Any]], Figures]] = {"spc_arl": run_lengths, "spc_path": path}
