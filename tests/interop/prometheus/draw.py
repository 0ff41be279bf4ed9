"""draw.py SHOWN DASHBOARD FOLDER: draws the panels of DASHBOARD from what monitored_life wrote to SHOWN, into FOLDER.

Timelines have a row for each series, the others a line (or bars) for each.
"""
import json
import pathlib
import re
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.ticker import FuncFormatter, MultipleLocator  # noqa: E402
from PIL import Image  # noqa: E402

COLOURS = ["#3274d9", "#e0752d", "#56a64b", "#a352cc", "#e02f44", "#8f8f8f", "#37872d", "#b877d9"]
PICTURES = {
    "metrics-leadership.png": ["Who leads", "Why", "Leader transitions", "Takeover time", "Time since verified"],
    "metrics-broker.png": [
        "API requests", "API errors by code", "API latency, p99", "Watch restarts", "Streams", "Updates", "Memory", "CPU",
    ],
}
INTERVAL = 0.25


def label(legend, metric):
    """What Grafana makes of the legend."""
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: metric.get(found[1], ""), legend)


def number(unit):
    """How a value of this unit is written on an axis."""
    def seconds(value, _):
        return f"{value * 1000:g} ms" if 0 < abs(value) < 1 else f"{value:g} s"
    return FuncFormatter({
        "s": seconds,
        "bytes": lambda value, _: f"{value / 2**20:g} MiB",
        "percentunit": lambda value, _: f"{value * 100:g} %",
        "reqps": lambda value, _: f"{value:g}/s",
        "cps": lambda value, _: f"{value:g}/s",
    }.get(unit, lambda value, _: f"{value:g}"))


def points(series, begin):
    pairs = [(float(at) - begin, float(value)) for at, value in series["values"]]
    return [pair for pair in pairs if pair[1] == pair[1]]


def draw_timeline(axes, shown, begin):
    """A bar wherever the series is 1; of each row that ever is."""
    rows = {}
    for panel in shown:
        for series in panel["series"]:
            rows.setdefault(label(panel["legend"], series["metric"]), points(series, begin))
    names = sorted(rows)
    for row, name in enumerate(names):
        axes.broken_barh([(at, INTERVAL * 1.2) for at, value in rows[name] if value == 0], (row - 0.35, 0.7), color="#e5e7eb")
        axes.broken_barh([(at, INTERVAL * 1.2) for at, value in rows[name] if value == 1], (row - 0.35, 0.7),
                         color="#56a64b" if len(names) <= 3 else "#3274d9")
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)


def draw_lines(axes, panel, shown, begin, legend_columns):
    """Without the series that are 0 throughout, unless all are."""
    defaults = panel["fieldConfig"]["defaults"]
    bars = defaults.get("custom", {}).get("drawStyle") == "bars"
    colour = iter(COLOURS * 4)
    lines = [(label(part["legend"], series["metric"]), points(series, begin)) for part in shown for series in part["series"]]
    moving = [line for line in lines if any(value for _, value in line[1])]
    for name, pairs in sorted(moving or lines):
        at, values = zip(*pairs)
        shade = next(colour)
        if bars:
            axes.fill_between(at, values, step="post", color=shade, alpha=0.6, label=name, linewidth=0)
        else:
            axes.plot(at, values, color=shade, label=name, linewidth=1.4)
    axes.yaxis.set_major_formatter(number(defaults.get("unit")))
    if defaults.get("unit") == "bytes":
        axes.yaxis.set_major_locator(MultipleLocator(5 * 2**20))
    axes.set_ylim(0, max(axes.get_ylim()[1], 1e-9) * 1.05)
    axes.grid(axis="y", color="#e5e7eb", linewidth=0.8)
    axes.legend(fontsize=7.5, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=legend_columns)


def draw_picture(file, titles, panels, shown, begin, end):
    wide = [title for title in titles if panels[title]["type"] == "state-timeline"]
    narrow = [title for title in titles if title not in wide]
    columns = 3 if len(narrow) == 3 else 2
    rows = -(-len(narrow) // columns)
    figure = plt.figure(figsize=(12, 2.1 * len(wide) + 2.5 * rows), layout="constrained")
    grid = figure.add_gridspec(len(wide) + rows, columns, height_ratios=[2.0] * len(wide) + [2.7] * rows)
    for index, title in enumerate(titles):
        beside = index - len(wide)
        axes = figure.add_subplot(grid[index, :] if beside < 0 else grid[len(wide) + beside // columns, beside % columns])
        parts = [part for part in shown if part["title"] == title]
        if beside < 0:
            draw_timeline(axes, parts, begin)
        else:
            draw_lines(axes, panels[title], parts, begin, 1 if columns == 3 else 4)
        axes.set_title(title, loc="left", fontsize=10, fontweight="bold")
        axes.set_xlim(0, end - begin)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} s")
        axes.tick_params(labelsize=8, length=0)
        for side in axes.spines.values():
            side.set_visible(False)
    figure.savefig(file, dpi=100)
    plt.close(figure)
    Image.open(file).convert("RGB").quantize(48).save(file, optimize=True)


def main():
    shown_file, dashboard_file, folder = (pathlib.Path(argument) for argument in sys.argv[1:])
    shown = json.loads(shown_file.read_text())
    panels = {panel["title"]: panel for panel in json.loads(dashboard_file.read_text())["panels"]}
    times = [float(at) for part in shown for series in part["series"] for at, _ in series["values"]]
    folder.mkdir(exist_ok=True)
    for name, titles in PICTURES.items():
        draw_picture(folder / name, titles, panels, shown, min(times), max(times))
        print(folder / name)


main()
