"""How the reference cases of sampling are computed with ``qa.sampling``: a case in, its figures by name out.

Survey figures are named by what is asked: ``mean_api00``, ``domain_schwide_mean_api00``, ``prop_lt_200000_se``. The
names are read here, so that a case may ask for any figure of any variable.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from calibration.results import Estimate
from qa.sampling import ppi, sizes, survey

Figures = dict[str, Any]
Column = Any
ENDS = ("_se_nofpc", "_se", "_lo_z", "_hi_z", "_lo_t", "_hi_t", "_lo", "_hi", "_deff")
LONELY = {"error": "refuse", "fail": "refuse", "refuse": "refuse", "remove": "certainty"}
PARTS = ("weight", "stratum", "cluster", "strata", "clusters")


def options_of(case: Mapping[str, Any]) -> dict[str, Any]:
    """The options; R writes an empty list where there are none."""
    return dict(case.get("options") or {})


def plain(name: str) -> str:
    return name.replace("_", "").lower()


class SurveyCase:
    """The sample of a case and the figures of it by their names."""

    def __init__(self, case: Mapping[str, Any]) -> None:
        self.given, self.options = case["input"], options_of(case)
        self.confidence = self.options.get("conf", 0.95)
        self.columns: dict[str, Column] = {
            name: values for name, values in self.given.items() if isinstance(values, list)
        }
        n = len(next(iter(self.columns.values())))
        self.strata = self.columns.get("stratum", self.columns.get("strata"))
        clusters = self.columns.get("cluster", self.columns.get("clusters"))
        population = self.given.get("stratum_N", self.given.get("n_clusters_population", self.given.get("N")))
        lonely = self.options.get("single_psu", "error")
        weights = self.columns.get("weight") or self.weights_of(n, population)
        self.design = survey.survey_design(
            weights,
            strata=self.strata,
            clusters=clusters,
            population=population if self.options.get("fpc", True) else None,
            lonely=LONELY.get(lonely, lonely),
        )

    def weights_of(self, n: int, population: Any) -> list[float]:
        """N_h / n_h where the case states none."""
        if self.strata is None:
            return [float(population or n) / n] * n
        often = {label: self.strata.count(label) for label in self.strata}
        return [population[str(label)] / often[label] if population else 1.0 for label in self.strata]

    @property
    def variables(self) -> list[str]:
        return [name for name in self.columns if name not in PARTS]

    def column(self, name: str) -> tuple[str, Column]:
        """The column of a name written with or without underscores."""
        for own in self.columns:
            if plain(own) == plain(name):
                return own, self.columns[own]
        if self.strata is not None:  # a factor that the case calls by its own name is the stratum
            return name, self.strata
        raise KeyError(name)

    def indicator(self, name: str) -> Column:
        """A column of 0 and 1, or a comparison such as ``lt_200000`` or ``acres92_lt_200000``."""
        match = re.fullmatch(r"(?:(.+)_)?(lt|le|gt|ge)_([\d.]+)", name)
        if not match:
            return np.asarray(self.column(name)[1], dtype=np.float64)
        values = np.asarray(self.column(match[1] or self.variables[0])[1], dtype=np.float64)
        compare = {"lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal}[match[2]]
        return compare(values, float(match[3])).astype(np.float64)

    def proportion(self) -> Column:
        """The 0/1 column that ``ciprop_`` speaks of."""
        for name in self.variables:
            values = self.columns[name]
            if all(value in (0, 1, True, False) for value in values):
                return np.asarray(values, dtype=np.float64)
        raise KeyError("ciprop")

    def figure(self, key: str) -> Any:
        """What a key asks for; KeyError where it cannot be read."""
        if key == "design_df":
            return self.design.df
        if key.startswith("ciprop_"):
            return self.interval_of_proportion(key.removeprefix("ciprop_"))
        grouped = re.fullmatch(r"(.+)_(mean|se)_([^_]+)", key)
        if grouped and not key.startswith(("domain_", "post_")) and grouped[3] != "nofpc":
            return self.of_level(*grouped.groups())
        end = next((end for end in ENDS if key.endswith(end)), "")
        design, name = self.design, key.removesuffix(end)
        if name.startswith("post_"):
            label, groups = self.column(self.options.get("poststrata", self.poststrata_name()))
            del label
            design = survey.poststratified(design, groups, self.options["poststrata_N"])
            name = name.removeprefix("post_")
        if end == "_se_nofpc":
            design = design.without_correction()
        total = re.fullmatch(r"(total|mean|prop)_(.+)", name)
        if total and not self.is_number(total[2]):
            return self.of_levels(design, total[1], self.column(total[2])[1], end)
        return self.ending(design, self.estimate(design, name), name, end)

    def poststrata_name(self) -> str:
        """The column whose levels are the post-strata."""
        known = set(self.options["poststrata_N"])
        return next(name for name, values in self.columns.items() if {str(value) for value in values} <= known)

    def is_number(self, name: str) -> bool:
        if re.search(r"(lt|le|gt|ge)_[\d.]+$", name):
            return True
        return not isinstance(self.column(name)[1][0], str)

    def estimate(self, design: survey.SurveyDesign, name: str) -> Estimate:
        numbers = [name for name in self.variables if not isinstance(self.columns[name][0], str)]
        conf = self.confidence
        domain = re.fullmatch(r"domain_(.+?)_(mean|total|prop)_(.+)", name)
        if domain:
            inside, y = self.indicator(domain[1]), self.indicator(domain[3])
            compute = survey.survey_total if domain[2] == "total" else survey.survey_mean
            return compute(design, y, domain=inside, confidence=conf)
        if name in ("ratio", "ratio_total"):
            y, x = (self.columns[own] for own in numbers[:2])
            if name == "ratio":
                return survey.survey_ratio(design, y, x, confidence=conf)
            known = next(value for key, value in self.options.items() if key.startswith("x_total"))
            return survey.ratio_total(design, y, x, known, confidence=conf)
        kind, _, rest = name.partition("_")
        if kind == "ratio":
            y, x = self.pair(rest)
            return survey.survey_ratio(design, y, x, confidence=conf)
        if kind not in ("mean", "total", "prop"):
            raise KeyError(name)
        values = self.indicator(rest) if rest else np.asarray(self.columns[numbers[0]], dtype=np.float64)
        compute = survey.survey_total if kind == "total" else survey.survey_mean
        return compute(design, values, confidence=conf)

    def pair(self, names: str) -> tuple[Column, Column]:
        """Two columns from their names joined by an underscore."""
        parts = names.split("_")
        known = {plain(name) for name in self.columns}
        for cut in range(1, len(parts)):
            first, second = "".join(parts[:cut]), "".join(parts[cut:])
            if plain(first) in known and plain(second) in known:
                return self.column(first)[1], self.column(second)[1]
        raise KeyError(names)

    def ending(self, design: survey.SurveyDesign, found: Estimate, name: str, end: str) -> Any:
        if end == "":
            return found.estimate
        if end in ("_se", "_se_nofpc"):
            return found.std_error
        if end == "_deff":
            return survey.design_effect(design, self.indicator(name.partition("_")[2]))
        interval = survey.normal_interval(found, confidence=self.confidence) if end[-1] == "z" else found.interval
        return None if interval is None else interval.low if end.startswith("_lo") else interval.high

    def of_level(self, factor: str, end: str, level: str) -> float | None:
        """Mean or standard error of the first variable in one level of a factor."""
        labels = np.array([str(label) for label in self.column(factor)[1]])
        y = next(self.columns[name] for name in self.variables if not isinstance(self.columns[name][0], str))
        found = survey.survey_mean(self.design, y, domain=labels == level, confidence=self.confidence)
        return found.estimate if end == "mean" else found.std_error

    def of_levels(self, design: survey.SurveyDesign, kind: str, labels: Sequence[str], end: str) -> list[Any]:
        """Totals or shares of the levels of a factor, in their order."""
        found = []
        for level in sorted(set(labels)):
            inside = np.array([float(label == level) for label in labels])
            compute = survey.survey_total if kind == "total" else survey.survey_mean
            found.append(self.ending(design, compute(design, inside, confidence=self.confidence), kind, end))
        return found

    def interval_of_proportion(self, method: str) -> list[float | None]:
        method = {"xlogit": "logit"}.get(method, method)
        found = survey.survey_proportion(self.design, self.proportion(), method=method, confidence=self.confidence)
        return [None, None] if found.interval is None else [found.interval.low, found.interval.high]


def survey_figures(case: Mapping[str, Any]) -> Figures:
    """Every figure the case asks for that can be read from its name."""
    sample, figures = SurveyCase(case), {}
    for key in case["expected"]:
        try:
            figures[key] = sample.figure(key)
        except (KeyError, StopIteration):
            continue
    return figures


def powered(case: Mapping[str, Any]) -> Figures:
    """Prediction-powered means."""
    given, options = case["input"], options_of(case)
    clip = options.get("lambda_clip", [0, 1])
    found = ppi.powered_mean(
        given["Y"],
        given["Yhat"],
        given["Yhat_unlabeled"],
        confidence=1 - options.get("alpha", 0.05),
        ddof=options.get("std_ddof", 0),
        clip=None if clip is None else (clip[0], clip[1]),
    )
    figures: Figures = {"tuned_lambda": found.tuning}
    for name, mean in (("classical", found.classical), ("ppi", found.powered), ("tuned", found.tuned)):
        figures[f"{name}_mean"], figures[f"{name}_se"] = mean.estimate, mean.std_error
        figures[f"{name}_lo"] = mean.interval.low if mean.interval else None
        figures[f"{name}_hi"] = mean.interval.high if mean.interval else None
    return figures


def sample_size(case: Mapping[str, Any]) -> Figures:
    """Sizes for one proportion, and for the difference of two."""
    given, options = case["input"], options_of(case)
    if "cases" in given:
        figures: Figures = {"n0": [], "n_fpc": [], "n_ceiling": []}
        for one in given["cases"]:
            z, population = one.get("z"), one.get("N")
            plain_size = sizes.size_for_proportion(one["p"], one["d"], z=z)
            finite = None
            if population is not None:
                finite = sizes.size_for_proportion(one["p"], one["d"], z=z, population=population)
            figures["n0"].append(plain_size)
            figures["n_fpc"].append(finite)
            figures["n_ceiling"].append(sizes.whole(plain_size if finite is None else finite))
        return figures
    columns = [
        values if isinstance(values, list) else [values] for values in (given["p1"], given["p2"], given["power"])
    ]
    sided = 1 if str(options.get("alternative", "two.sided")).startswith("one") else 2
    found = [
        sizes.size_for_two_proportions(a, b, power=power, confidence=1 - options.get("alpha", 0.05), sides=sided)
        for a, b, power in zip(*columns, strict=True)
    ]
    return {"n_per_group": found if isinstance(given["p1"], list) else found[0]}


def allocation(case: Mapping[str, Any]) -> Figures:
    """Real-valued allocations to strata."""
    given, options = case["input"], options_of(case)
    figures: Figures = {}
    if "n" in options:
        figures["proportional"] = sizes.proportional_allocation(options["n"], given["N_h"]).tolist()
        if "S_h" in given:
            figures["neyman"] = sizes.neyman_allocation(options["n"], given["N_h"], given["S_h"]).tolist()
    if "budget" in options:
        figures["cost_optimal"] = sizes.cost_optimal_allocation(
            options["budget"], given["N_h"], given["S_h"], given["c_h"]
        ).tolist()
    return figures


FAMILIES: dict[str, Callable[[Mapping[str, Any]], Figures]] = {
    "allocation": allocation,
    "ppi": powered,
    "sample_size": sample_size,
    "survey": survey_figures,
}
