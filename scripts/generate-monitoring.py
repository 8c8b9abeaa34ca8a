#!/usr/bin/env python3
"""usage: generate-monitoring.py [--check] [CHART]

Makes deploy/monitoring/rules.yaml and dashboard.json from the chart's files (helm/esddns-operator, if not given), so that there is one
place for alerts and for the dashboard. With --check it writes nothing, and fails where they are not what they would be.
"""

import pathlib
import sys

root = pathlib.Path(__file__).resolve().parent.parent
target = root / "deploy/monitoring"

HEAD = """\
# Made from the chart's files/rules.yaml by scripts/generate-monitoring.py; not to be edited.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: esddns
spec:
"""


def generated(chart):
    rules = (chart / "files/rules.yaml").read_text()
    lines = [line for line in rules.splitlines() if not line.startswith("#")]
    if not lines or lines[0] != "groups:":
        raise SystemExit(f"generate-monitoring.py: {chart}/files/rules.yaml does not begin with \"groups:\"")
    return {
        # The key of the specification is that of the file: one step further in.
        "rules.yaml": HEAD + "".join(f"  {line}".rstrip() + "\n" for line in lines),
        "dashboard.json": (chart / "files/dashboard.json").read_text(),
    }


def main(arguments):
    check = "--check" in arguments
    rest = [each for each in arguments if each != "--check"]
    if len(rest) > 1 or any(each.startswith("-") for each in rest):
        raise SystemExit(__doc__)
    chart = pathlib.Path(rest[0]) if rest else root / "helm/esddns-operator"
    stale = []
    for name, text in generated(chart).items():
        file = target / name
        if not file.exists() or file.read_text() != text:
            stale.append(str(file.relative_to(root)))
            if not check:
                file.write_text(text)
    if check and stale:
        raise SystemExit(f"not up to date, run scripts/generate-monitoring.py: {', '.join(stale)}")


main(sys.argv[1:])
