#!/usr/bin/env python3
"""Reads metrics as their readers do: promtool, and the parsers of the Python client for both text formats.

usage: check-metrics.py URL SAMPLE...

URL serves the metrics. A SAMPLE is `name` or `name{label=value}`, written without quotes; both formats must hold each of
them. Says everything that is wrong, and fails then.
"""

import re
import subprocess
import sys
import urllib.request

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

FORMATS = {
    "text/plain;version=0.0.4": ("text/plain; version=0.0.4; charset=utf-8", parse_text),
    "application/openmetrics-text;version=1.0.0,text/plain;q=0.5": (
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
        parse_openmetrics,
    ),
}


def main(url, wanted):
    problems = []
    for accept, (content_type, parse) in FORMATS.items():
        request = urllib.request.Request(url, headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=10) as answer:
            body = answer.read()
            found = answer.headers["Content-Type"]
        if found != content_type:
            problems.append(f"{accept}: answered with {found}")
        families = list(parse(body.decode()))
        samples = [sample for family in families for sample in family.samples]
        problems += [f"{family.name} has no help" for family in families if not family.documentation]
        series = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in samples]
        if len(series) != len(set(series)):
            problems.append(f"{content_type}: a series stands there twice")
        for text in wanted:
            name, labels = re.fullmatch(r"([^{]+)(?:\{(.*)\})?", text, re.DOTALL).groups()
            key, _, value = (labels or "").partition("=")
            if not any(
                sample.name == name and (not labels or sample.labels.get(key) == value) for sample in samples
            ):
                problems.append(f"{content_type}: {text} is missing")
        if parse is parse_text:
            lint = subprocess.run(
                ["promtool", "check", "metrics"], input=body, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
            )
            if lint.returncode != 0 or lint.stdout.strip():
                problems.append(f"promtool: {lint.stdout.decode().strip()}")
        print(f"{content_type}: {len(families)} metrics, {len(samples)} samples")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
