"""What the benchmarks wrote (results.h), and what can be said of it."""
import json
import pathlib
import random
import statistics


class Kind:
    """The durations of one kind, in milliseconds, in the order of the runs."""

    def __init__(self, what, milliseconds):
        self.what = what
        self.milliseconds = milliseconds

    def quantile(self, share):
        ordered = sorted(self.milliseconds)
        return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]


def read(folder):
    """The benchmarks of a folder, by name: lists of kinds, the measure of the others first."""
    benchmarks = {}
    for file in sorted(pathlib.Path(folder).glob("*.json")):
        found = json.loads(file.read_text())
        kinds = [Kind(figure["what"], figure["milliseconds"]) for figure in found["figures"] if figure["milliseconds"]]
        if kinds:
            benchmarks[found["benchmark"]] = kinds
    return benchmarks


def ratios(kind, base):
    """Pair by pair, where there are as many of both: what slows a machine slows both of a pair. Else each by the base's median."""
    if len(kind.milliseconds) == len(base.milliseconds):
        return [mine / other for mine, other in zip(kind.milliseconds, base.milliseconds)]
    unit = statistics.median(base.milliseconds)
    return [mine / unit for mine in kind.milliseconds]


def interval(values, draws=2000):
    """Where the median would lie in 19 of 20 repetitions, by drawing from the values again and again."""
    chance = random.Random(1)
    medians = sorted(statistics.median(chance.choices(values, k=len(values))) for _ in range(draws))
    return medians[int(draws * 0.025)], medians[int(draws * 0.975)]
