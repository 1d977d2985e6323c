"""How the reference cases of the many-facet Rasch model are computed: a case in, its figures by name out."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from calibration.rasch import RaschElement, many_facet_rasch, marginal_rasch

Figures = dict[str, Any]


def mfrm(case: Mapping[str, Any]) -> Figures:
    """Both fits, by the labels of the case; facets of the marginal fit in the order item, step, rater."""
    given, options = case["input"], dict(case.get("options") or {})
    persons, person = np.unique(given["person"], return_inverse=True)
    raters, rater = np.unique(given["rater"], return_inverse=True)
    scores = np.array(given["scores"], dtype=object).astype(np.float64)
    top = options.get("max_category")
    joint = many_facet_rasch(person, rater, scores, max_category=top)
    margin = marginal_rasch(person, rater, scores, max_category=top)
    steps = margin.steps if len(margin.steps) > 1 else ()
    facets = [
        *(facet("item", str(name), element) for name, element in zip(given["items"], margin.items, strict=True)),
        *(facet("step", f"step{place}", element) for place, element in enumerate(steps, start=1)),
        *(facet("rater", f"rater{name}", element) for name, element in zip(raters, margin.raters, strict=True)),
    ]
    return {
        "jmle": {
            "loglik": joint.log_likelihood,
            "rater": {str(name): of("severity", own) for name, own in zip(raters, joint.raters, strict=True)},
            "item": {str(name): of("difficulty", own) for name, own in zip(given["items"], joint.items, strict=True)},
            "person": {str(name): of("measure", own) for name, own in zip(persons, joint.persons, strict=True)},
            "thresholds": list(joint.thresholds),
        },
        "mml": {
            "deviance": margin.deviance,
            "theta_variance": margin.person_variance,
            "eap_reliability": margin.reliability,
            "facets": facets,
        },
    }


def of(name: str, element: RaschElement) -> Figures:
    return {
        name: element.measure,
        "se": element.std_error,
        "infit": element.infit,
        "outfit": element.outfit,
        "score": element.score,
        "count": element.count,
    }


def facet(kind: str, name: str, element: RaschElement) -> Figures:
    return {"parameter": name, "facet": kind, "xsi": element.measure, "se.xsi": element.std_error}


FAMILIES: dict[str, Callable[[Mapping[str, Any]], Figures]] = {"mfrm": mfrm}
