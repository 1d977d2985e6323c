"""How each family of the reference cases is computed with ``calibration``: a case in, its figures by name out."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.agreement import (
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    light_kappa,
    percent_agreement,
    ratings_of_counts,
    ratings_of_table,
    weighted_kappa,
)
from calibration.intervals import (
    agresti_coull_interval,
    clopper_pearson_interval,
    jeffreys_interval,
    proportion_difference,
    wilson_interval,
)
from calibration.multiplicity import benjamini_hochberg, benjamini_yekutieli, bonferroni, hochberg, holm
from calibration.quantiles import t_quantile, t_upper_p
from calibration.ratings import observe
from calibration.reliability import bland_altman, generalizability, icc, kendall_w, lin_ccc
from calibration.results import Agreement, Estimate
from tests.sampling.reference_families import survey_figures

Figures = dict[str, Any]
COEFFICIENTS: dict[str, Callable[..., Agreement]] = {
    "pa": percent_agreement,
    "ac": gwet_ac,
    "fleiss": fleiss_kappa,
    "conger": conger_kappa,
    "bp": brennan_prediger,
    "alpha": krippendorff_alpha,
}


def options_of(case: Mapping[str, Any]) -> dict[str, Any]:
    """The options; R writes an empty list where there are none."""
    return dict(case.get("options") or {})


def matrix_of(case: Mapping[str, Any]) -> Any:
    """Ratings of a case, whichever way it states them."""
    given = case["input"]
    if "counts" in given:
        return ratings_of_counts(given["counts"])
    if "table" in given:
        return ratings_of_table(given["table"])
    return numbers(given["ratings"])


def numbers(rows: Any) -> NDArray[np.float64]:
    """Nested lists with null as an array with NaN."""
    matrix = np.array(rows, dtype=object).astype(np.float64)
    return matrix if matrix.size else matrix.reshape(len(rows), 0)


def put(figures: Figures, prefix: str, estimate: Estimate, confidence: float = 0.95) -> None:
    """Adds the common figures of an estimate under ``prefix.``."""
    figures[f"{prefix}.est"] = estimate.estimate
    figures[f"{prefix}.se"] = estimate.std_error
    figures[f"{prefix}.lo"] = estimate.interval.low if estimate.interval else None
    figures[f"{prefix}.hi"] = estimate.interval.high if estimate.interval else None
    figures[f"{prefix}.p"] = figures[f"{prefix}.p_two_sided"] = estimate.p_value


def kappa2(case: Mapping[str, Any]) -> Figures:
    """Cohen's kappa, plain and weighted, with both standard errors."""
    options, ratings = options_of(case), matrix_of(case)
    size = len(case["input"]["table"]) if "table" in case["input"] else 0
    scale = list(range(1, size + 1)) if size else options.get("categories")
    conf = options.get("conf", 0.95)
    kinds: dict[str, Any] = {"kappa": "unweighted", "linear": "linear", "quadratic": "quadratic"}
    if isinstance(options.get("weights"), list):
        kinds["weighted"] = options["weights"]
    figures: Figures = {}
    for name, weights in kinds.items():
        found = weighted_kappa(ratings, weights=weights, categories=scale, confidence=conf)
        put(figures, name, found)
        figures[f"{name}.ase"] = found.std_error
        figures[f"{name}.ase0"] = found.null.std_error if found.null else None
        figures[f"{name}.z_null"] = found.null.statistic if found.null else None
        figures[f"{name}.p"] = found.p_value
        if name == "kappa":
            figures |= {"n": found.n_items, "po": found.observed, "pe": found.chance}
    return figures


def cac(case: Mapping[str, Any]) -> Figures:
    """The chance-corrected coefficients with Gwet's and the jackknife error."""
    options, ratings = options_of(case), matrix_of(case)
    conf = options.get("conf", 0.95)
    given: dict[str, Any] = {"weights": options.get("weights", "unweighted"), "categories": options.get("categories")}
    figures: Figures = {}
    for name, coefficient in COEFFICIENTS.items():
        found = coefficient(ratings, **given, confidence=conf, std_error="gwet")
        put(figures, name, found)
        figures[f"{name}.pa"], figures[f"{name}.pe"] = found.observed, found.chance
        error, estimate = found.std_error, found.estimate
        figures[f"{name}.p_upper"] = None
        if error and estimate is not None and found.df:
            figures[f"{name}.p_upper"] = t_upper_p(estimate / error, found.df)
        figures[f"{name}.lo_pairable_df"] = figures[f"{name}.lo"]
        figures[f"{name}.hi_pairable_df"] = figures[f"{name}.hi"]
        if error and estimate is not None and found.n_items > 1:
            half = t_quantile(0.5 + conf / 2, found.n_items - 1) * error
            figures[f"{name}.lo_pairable_df"] = estimate - half
            figures[f"{name}.hi_pairable_df"] = min(1.0, estimate + half)
        jackknife = coefficient(ratings, **given, confidence=conf, std_error="jackknife")
        figures[f"{name}.se_jackknife"] = jackknife.std_error
    return figures


def fleiss(case: Mapping[str, Any]) -> Figures:
    """Fleiss' kappa with the error of no agreement, and its two companions."""
    ratings = matrix_of(case)
    scale = options_of(case).get("categories")
    found = fleiss_kappa(ratings, categories=scale)
    null = found.null
    figures = {
        "kappa": found.estimate,
        "z_null": null.statistic if null else None,
        "se_null": null.std_error if null else None,
        "p": null.p_value if null else None,
        "Pbar": found.observed,
        "Pe": found.chance,
    }
    if "counts" not in case["input"]:
        figures["conger"] = conger_kappa(ratings, categories=scale).estimate
        figures["light"] = light_kappa(ratings, categories=scale).estimate
    return figures


def alpha(case: Mapping[str, Any]) -> Figures:
    """Krippendorff's alpha at the levels the case names."""
    metrics = options_of(case).get("metrics", ["nominal", "ordinal", "interval", "ratio"])
    levels = [metrics] if isinstance(metrics, str) else metrics
    ratings, scale = matrix_of(case), options_of(case).get("categories")
    return {level: krippendorff_alpha(ratings, level=level, categories=scale).estimate for level in levels}


def iccs(case: Mapping[str, Any]) -> Figures:
    """The six intraclass correlations and their mean squares."""
    figures: Figures = {}
    conf = options_of(case).get("conf", 0.95)
    for model in ("1", "2", "3"):
        for unit, suffix in (("single", ""), ("average", "k")):
            found = icc(
                pair_of(case) if "x" in case["input"] else matrix_of(case), model=model, unit=unit, confidence=conf
            )
            name = f"ICC{model}{suffix}"
            put(figures, name, found)
            figures |= {f"{name}.F": found.f, f"{name}.df1": found.df1, f"{name}.df2": found.df2}
            if found.squares:
                squares = found.squares
                figures |= {"MSR": squares.items, "MSC": squares.raters, "MSE": squares.error, "MSW": squares.within}
    return figures


def kendall(case: Mapping[str, Any]) -> Figures:
    """Kendall's W and its test."""
    found = kendall_w(pair_of(case) if "x" in case["input"] else matrix_of(case))
    return {
        "W": found.estimate,
        "chisq": found.chi_square,
        "df": found.df,
        "p": found.p_value,
        "W_uncorrected": found.uncorrected,
    }


def ccc(case: Mapping[str, Any]) -> Figures:
    """Lin's concordance with its parts."""
    found = lin_ccc(pair_of(case), confidence=options_of(case).get("conf", 0.95))
    figures: Figures = {}
    put(figures, "ccc", found)
    return {
        "ccc": found.estimate,
        "se": found.std_error,
        "lo": figures["ccc.lo"],
        "hi": figures["ccc.hi"],
        "p": found.p_value,
        "C_b": found.bias_correction,
        "scale_shift": found.scale_shift,
        "location_shift": found.location_shift,
        "pearson": found.pearson,
    }


def pair_of(case: Mapping[str, Any]) -> Any:
    """The two raters of a case."""
    given = case["input"]
    return numbers(given["ratings"]) if "ratings" in given else numbers([given["x"], given["y"]])


def limits(case: Mapping[str, Any]) -> Figures:
    """Limits of agreement with the usual multiplier and with every other the expected names ask for."""
    figures: Figures = {}
    own = options_of(case).get("multiplier")
    asked = {re.match(r"mult([\d.]*\d)\.", key) for key in case["expected"]}
    multipliers = {"": own if isinstance(own, int | float) else None}
    multipliers |= {match.group(0): float(match.group(1)) for match in asked if match}
    for prefix, multiplier in multipliers.items():
        found = bland_altman(pair_of(case), multiplier=multiplier, confidence=options_of(case).get("conf", 0.95))
        figures |= {"n": found.bias.n_items, f"{prefix}bias": found.bias.estimate, f"{prefix}sd": found.sd}
        for name, limit in (("bias", found.bias), ("loa_lo", found.lower), ("loa_hi", found.upper)):
            figures[f"{prefix}{name}"] = limit.estimate
            ends = ("_lo", "_hi") if name == "bias" else ("_ci_lo", "_ci_hi")
            figures[f"{prefix}{name}{ends[0]}"] = limit.interval.low if limit.interval else None
            figures[f"{prefix}{name}{ends[1]}"] = limit.interval.high if limit.interval else None
    return figures


GTHEORY = {  # family: key of the scores, axes in our order, design, names of the components
    "gtheory_pr": ("ratings", None, "p x r", {"p": "p", "r": "r", "pr": "pr_e"}),
    "gtheory_p_rt": (
        "scores_person_task_rater",
        (0, 1, 2),
        "p x (r:t)",
        {"p": "p", "t": "t", "r:t": "rt", "pt": "pt", "pr:t": "prt"},
    ),
    "gtheory_pri": (
        "scores_person_rater_item",
        (0, 2, 1),
        "p x i x r",
        {"p": "p", "i": "i", "r": "r", "pi": "pi", "pr": "pr", "ir": "ri", "pir": "pri_e"},
    ),
}


def gtheory(case: Mapping[str, Any]) -> Figures:
    """Variance components and every D study the expected names ask for."""
    key, axes, design, names = GTHEORY[case["family"]]
    scores = numbers(case["input"][key])
    scores = scores if axes is None else scores.transpose(axes)
    asked = {prefix: sizes_of(prefix) for prefix in {name.rpartition(".")[0] for name in case["expected"]}}
    asked = {prefix: sizes for prefix, sizes in asked.items() if sizes is not None}
    study = generalizability(scores, design=design, decide=list(asked.values()))
    figures: Figures = {}
    for component in study.components:
        name = names[component.name]
        figures[f"MS_{name.removesuffix('_e')}"] = component.mean_square
        figures[f"var_{name}_raw"], figures[f"var_{name}"] = component.raw, component.variance
    for prefix, decision in zip(asked, study.decisions, strict=bool(study.components)):
        dot = f"{prefix}." if prefix else ""
        figures[f"{dot}rel_err"], figures[f"{dot}abs_err"] = decision.relative_error, decision.absolute_error
        figures[f"{dot}Erho2"] = decision.generalizability.estimate
        figures[f"{dot}Phi"] = decision.dependability.estimate
    if design == "p x r" and any(name.startswith("reml.") for name in case["expected"]):
        for component in generalizability(scores, design=design, method="reml").components:
            figures[f"reml.var_{names[component.name]}"] = component.variance
    return figures


def sizes_of(prefix: str) -> dict[str, int] | None:
    """The sizes that the prefix of a D study names; the study's own for none, nothing for another prefix."""
    if prefix == "":
        return {}
    if re.fullmatch(r"D\d+", prefix):
        return {"r": int(prefix[1:])}
    return {facet: int(size) for facet, size in re.findall(r"_([rit])(\d+)", prefix)} or None


def proportion(case: Mapping[str, Any]) -> Figures:
    """Five intervals of a proportion."""
    x, n = case["input"]["x"], case["input"]["n"]
    conf = options_of(case).get("conf", 0.95)
    found = {
        "wilson": wilson_interval(x, n, conf),
        "wilson_cc": wilson_interval(x, n, conf, continuity=True),
        "clopper_pearson": clopper_pearson_interval(x, n, conf),
        "agresti_coull": agresti_coull_interval(x, n, conf),
        "jeffreys": jeffreys_interval(x, n, conf),
    }
    low = {f"{name}_lo": interval.low for name, interval in found.items()}
    return low | {f"{name}_hi": interval.high for name, interval in found.items()}


def two_proportions(case: Mapping[str, Any]) -> Figures:
    """Tests and intervals of the difference of two proportions."""
    given = case["input"]
    conf = options_of(case).get("conf", 0.95)
    found = proportion_difference(given["x1"], given["n1"], given["x2"], given["n2"], conf)
    return {
        "diff": found.estimate,
        "z_pooled": found.z,
        "p_z": found.p_value,
        "p": found.p_value,
        "chisq": found.chi_square,
        "chisq_yates": found.chi_square_corrected,
        "p_yates": found.p_corrected,
        "p_fisher": found.p_exact,
        "wald_lo": found.wald.low,
        "wald_hi": found.wald.high,
        "newcombe_lo": found.interval.low if found.interval else None,
        "newcombe_hi": found.interval.high if found.interval else None,
    }


def padjust(case: Mapping[str, Any]) -> Figures:
    """Adjusted p-values and how many remain at or below the level."""
    p: list[float | None] = list(case["input"]["p"])
    level = options_of(case).get("alpha", 0.05)
    methods: dict[str, Callable[[list[float | None]], list[float | None]]] = {
        "holm": holm,
        "hochberg": hochberg,
        "bh": benjamini_hochberg,
        "by": benjamini_yekutieli,
        "bonferroni": bonferroni,
    }
    adjusted = {name: method(p) for name, method in methods.items()}
    rejected = {
        f"n_reject_{name}": sum(value is not None and value <= level for value in values)
        for name, values in adjusted.items()
    }
    return adjusted | rejected


def degenerate(case: Mapping[str, Any]) -> Figures:
    """Short names of every figure; ``se``, ``lo``, ``hi`` and ``p`` speak of all defined coefficients of the case."""
    given, expected = case["input"], case["expected"]
    if "x1" in given:
        return two_proportions(case)
    if "p" in given:
        return padjust(case)
    if "n" in given:
        return proportion(case)
    if "stratum" in given or "cluster" in given:
        return survey_figures(case)
    ratings = pair_of(case) if "x" in given else matrix_of(case)
    scale = options_of(case).get("categories")
    found: dict[str, Estimate] = {}
    for name, coefficient in COEFFICIENTS.items():
        short = "ac1" if name == "ac" else name
        found[short] = coefficient(ratings, weights=options_of(case).get("weights", "unweighted"), categories=scale)
    with_raters = found["pa"].n_raters
    if with_raters <= 2:
        found["kappa"] = cohen_kappa(ratings, categories=scale)
        for weights in ("linear", "quadratic"):
            found[weights] = weighted_kappa(ratings, weights=weights, categories=scale)
        found["ccc"] = lin_ccc(ratings)
    for level in ("nominal", "ordinal", "interval", "ratio"):
        if level != "ratio" or not (observe(ratings).listed().value < 0).any():
            found[level] = found[f"alpha_{level}"] = krippendorff_alpha(ratings, level=level, categories=scale)
    found["light"] = light_kappa(ratings, categories=scale)
    found["W"] = kendall_w(ratings)
    found |= {f"ICC{m}{s}": icc(ratings, model=m, unit=u) for m in "123" for u, s in (("single", ""), ("average", "k"))}
    figures = kendall(case) | iccs(case)
    if with_raters == 2 and ("x" in given or "ratings" in given):
        figures |= limits(case)
    figures |= {name: estimate.estimate for name, estimate in found.items()}
    for name, estimate in found.items():
        put(figures, name, estimate)
        for end in ("se", "lo", "hi", "p"):
            figures[f"{name}_{end}"] = figures[f"{name}.{end}"]
    defined = [name for name, estimate in found.items() if name in expected and estimate.estimate is not None]
    for end in ("se", "lo", "hi", "p"):
        values = [figures[f"{name}_{end}"] for name in defined]
        off = [value for value in values if not same(value, expected.get(end))]
        figures[end] = off[0] if off else next(iter(values), None)
    return figures


def same(value: Any, expected: Any) -> bool:
    """Both missing, or equal to nine digits."""
    if value is None or expected is None:
        return value is expected
    return math.isclose(value, expected, rel_tol=1e-9, abs_tol=1e-9)


FAMILIES: dict[str, Callable[[Mapping[str, Any]], Figures]] = {
    "alpha": alpha,
    "bland_altman": limits,
    "cac": cac,
    "ccc": ccc,
    "degenerate": degenerate,
    "fleiss": fleiss,
    "gtheory_p_rt": gtheory,
    "gtheory_pr": gtheory,
    "gtheory_pri": gtheory,
    "icc": iccs,
    "kappa2": kappa2,
    "kendall": kendall,
    "padjust": padjust,
    "proportion_ci": proportion,
    "two_proportions": two_proportions,
}
