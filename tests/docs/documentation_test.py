"""What the pages say of flags, reasons and each other is so. Arguments: the top of the sources, the built leadership-broker."""

import pathlib
import re
import subprocess
import sys
import unittest

TOP = pathlib.Path(sys.argv[1])
BROKER = sys.argv[2]
OPERATIONS = (TOP / "docs/operations.md").read_text()


def pages():
    """Every page in the tree, without what is built or fetched."""
    for page in sorted(TOP.rglob("*.md")):
        parts = page.relative_to(TOP).parts
        if not any(part.startswith((".", "build", "bazel-")) or part == "node_modules" for part in parts):
            yield page


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M))


def anchors(page):
    """The headings of a page as links name them: in lower case, spaces as dashes, only letters, digits and dashes."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.S | re.M)
    headings = re.findall(r"^#+ (.*)$", text, flags=re.M)
    explicit = re.findall(r'<a (?:id|name)="([^"]+)"', text)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings} | set(explicit)


class Documentation(unittest.TestCase):
    def test_every_link_leads_somewhere(self):
        seen = 0
        for page in pages():
            for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text())):
                if re.match(r"[a-z]+:", target):
                    continue
                path, _, anchor = target.partition("#")
                linked = (page.parent / path).resolve() if path else page
                with self.subTest(page=str(page.relative_to(TOP)), link=target):
                    self.assertTrue(linked.exists(), "no such file")
                    if anchor and linked.suffix == ".md":
                        self.assertIn(anchor, anchors(linked), "no such heading")
                seen += 1
        self.assertGreater(seen, 100)

    def test_every_reason_has_its_cure_and_none_is_made_up(self):
        proto = (TOP / "proto/leadership/v1/leadership.proto").read_text()
        reasons = set(re.findall(r"^ +REASON_(\w+) = [1-9]\d*;", proto, flags=re.M))
        section = OPERATIONS.split("## From the reason to the cure", 1)[1].split("\n## ", 1)[0]
        told = [name for row in re.findall(r"^\| (`[^|]*) \|", section, flags=re.M) for name in re.findall(r"`(\w+)`", row)]
        self.assertGreater(len(reasons), 15)
        self.assertCountEqual(told, reasons)

    def test_every_flag_is_in_the_table_and_none_is_made_up(self):
        text = subprocess.run([BROKER, "--help"], check=True, capture_output=True, text=True).stdout
        flags = set(re.findall(r"(?<![\w-])--([a-z][a-z-]*)", "\n".join(re.findall(r"^ +(?:-\w,)?--\S+", text, flags=re.M))))
        section = OPERATIONS.split("## Settings", 1)[1].split("\n## ", 1)[0]
        told = {name for row in re.findall(r"^\| (`--[^|]*) \|", section, flags=re.M) for name in re.findall(r"--([a-z-]+)", row)}
        self.assertGreater(len(flags), 15)
        self.assertEqual(told, flags - {"help", "version"})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
