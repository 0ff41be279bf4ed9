"""What the benchmarks wrote (results.h), and what can be said of it."""
import json
import pathlib
import random
import statistics


class Kind:
    """What was measured of one kind, in the order of the runs. Durations are in milliseconds, and their unit is "ms"."""

    def __init__(self, what, values, unit="ms"):
        self.what = what
        self.values = values
        self.unit = unit

    def quantile(self, share):
        ordered = sorted(self.values)
        return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]

    def is_measure(self):
        return self.what.startswith(("floor", "empty", "bare"))


class Benchmark:
    """Its durations, and what else it measured."""

    def __init__(self, found):
        self.figures = [Kind(one["what"], one["milliseconds"]) for one in found["figures"] if one["milliseconds"]]
        self.values = [Kind(one["what"], one["values"], one["unit"]) for one in found.get("values", []) if one["values"]]


def read(folder):
    """The benchmarks of a folder, by name."""
    found = [json.loads(file.read_text()) for file in sorted(pathlib.Path(folder).glob("*.json"))]
    return {one["benchmark"]: Benchmark(one) for one in found}


def with_measures(kinds):
    """Each kind with its measure: the last one before it, or itself where it is one; None where there is none."""
    measure = None
    for kind in kinds:
        if kind.is_measure():
            measure = kind
        yield kind, measure


def ratios(kind, base):
    """Pair by pair, where there are as many of both: what slows a machine slows both of a pair. Else each by the base's median."""
    if len(kind.values) == len(base.values):
        return [mine / other for mine, other in zip(kind.values, base.values)]
    unit = statistics.median(base.values)
    return [mine / unit for mine in kind.values]


def interval(values, draws=2000):
    """Where the median would lie in 19 of 20 repetitions, by drawing from the values again and again."""
    chance = random.Random(1)
    medians = sorted(statistics.median(chance.choices(values, k=len(values))) for _ in range(draws))
    return medians[int(draws * 0.025)], medians[int(draws * 0.975)]
