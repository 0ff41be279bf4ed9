"""bench/check has to see a loss, and nothing but a loss."""
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).parent / "check"
# Writes what is in its own folder under the number of the call, or under the last one that there is.
MEASURE = """#!/usr/bin/env python3
import json, pathlib, sys
folder = pathlib.Path(__file__).parent
if len(sys.argv) == 1:
    print("takeover")
    sys.exit()
calls = folder / "calls"
call = int(calls.read_text()) if calls.exists() else 0
calls.write_text(str(call + 1))
found = json.loads((folder / "answers").read_text())
pathlib.Path(sys.argv[2]).write_text(json.dumps(found[min(call, len(found) - 1)]))
"""


def noisy(seed, factor, count=30, spread=0.2):
    """As times on a machine that has other work: some of them far above."""
    chance = random.Random(seed)
    return [4 * factor * chance.lognormvariate(0, spread) * (3 if chance.random() < 0.05 else 1) for _ in range(count)]


def answer(floor, broker, what="broker"):
    figures = [{"what": "floor", "milliseconds": floor}, {"what": what, "milliseconds": broker}]
    return {"benchmark": "takeover", "figures": figures}


class Check(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.expected = self.folder / "expected"
        self.measure = self.folder / "measure"
        self.measure.write_text(MEASURE)
        self.measure.chmod(0o755)
        self.expected.write_text(json.dumps({"takeover: broker": 2.0}))

    def check(self, answers, *options):
        (self.folder / "answers").write_text(json.dumps(answers))
        (self.folder / "calls").write_text("0")
        return subprocess.run([sys.executable, "-B", CHECK, self.expected, self.measure, *options], capture_output=True, text=True)

    def calls(self):
        return int((self.folder / "calls").read_text())

    def test_the_same_ratio_on_a_slower_machine_is_no_loss(self):
        found = self.check([answer(noisy(1, 5), noisy(2, 10))])
        self.assertEqual((found.returncode, self.calls()), (0, 1), found.stdout)

    def test_a_loss_of_three_quarters_is_found_and_named_in_every_one_of_ten_tries(self):
        for seed in range(10):
            found = self.check([answer(noisy(seed * 10 + at, 1), noisy(seed * 10 + at + 500, 3.5)) for at in range(5)])
            self.assertEqual(found.returncode, 1, f"{seed}: {found.stdout}")
            self.assertIn("takeover: broker", found.stderr)
            self.assertEqual(self.calls(), 5)

    def test_noise_alone_never_fails_in_ten_tries(self):
        for seed in range(10):
            found = self.check([answer(noisy(seed * 10 + at, 1, spread=0.5), noisy(seed * 10 + at + 500, 2, spread=0.5)) for at in range(3)])
            self.assertEqual(found.returncode, 0, f"{seed}: {found.stdout}")

    def test_a_loss_within_the_allowance_is_none(self):
        self.assertEqual(self.check([answer(noisy(1, 1), noisy(2, 2.3))]).returncode, 0)

    def test_load_that_falls_on_one_side_of_one_measurement_is_no_loss(self):
        burst = answer(noisy(1, 1), noisy(2, 6))
        quiet = answer(noisy(3, 1), noisy(4, 2))
        for answers in [burst, quiet], [burst, burst, quiet]:
            found = self.check(answers)
            self.assertEqual((found.returncode, self.calls()), (0, len(answers)), found.stdout)

    def test_a_gain_is_no_loss(self):
        self.assertEqual(self.check([answer(noisy(1, 1), noisy(2, 1))]).returncode, 0)

    def test_what_is_not_expected_is_not_compared_and_not_taken(self):
        more = answer(noisy(1, 1), noisy(2, 2))
        more["figures"].append({"what": "another", "milliseconds": noisy(3, 9)})
        for options in [], ["--take"]:
            self.assertEqual(self.check([more], *options).returncode, 0)
        self.assertEqual(list(json.loads(self.expected.read_text())), ["takeover: broker"])

    def test_what_is_no_longer_measured_is_missed(self):
        found = self.check([answer(noisy(1, 1), noisy(2, 2), what="another")])
        self.assertEqual(found.returncode, 1)
        self.assertIn("another", found.stderr)

    def test_a_benchmark_that_fails_fails_the_check(self):
        self.measure.write_text("#!/bin/sh\n[ $# = 0 ] && echo takeover || { echo no cluster; exit 3; }\n")
        found = self.check([])
        self.assertEqual(found.returncode, 1)
        self.assertIn("takeover ends with 3:\nno cluster", found.stderr)

    def test_taking_writes_the_median_of_what_is_measured(self):
        floor = [4.0] * 10
        found = self.check([answer(floor, [one * factor for one in floor]) for factor in (2, 3, 9)], "--take")
        self.assertEqual(found.returncode, 0, found.stderr)
        self.assertEqual(json.loads(self.expected.read_text()), {"takeover: broker": 3.0})


unittest.main()
