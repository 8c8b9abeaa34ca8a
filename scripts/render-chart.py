#!/usr/bin/env python3
"""Prints the objects of the chart, as "helm template" would, with what scripts/install-deployment-tools.sh has installed.

usage: .build-tools/deployment/bin/python scripts/render-chart.py [--name NAME] [--namespace NAMESPACE] [--json] [VALUES]...

Each VALUES is a file, or YAML with a brace, such as '{global: {domain: example.com}, gandi: {apiKey: x}}'; later ones win.
"""

import argparse
import json
import pathlib
import sys

import helm_python
import yaml

CHART = pathlib.Path(__file__).resolve().parent.parent / "helm/esddns-operator"


def merged(below, above):
    both = isinstance(below, dict) and isinstance(above, dict)
    return below | {key: merged(below.get(key), value) for key, value in above.items()} if both else above


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", default="esddns-operator")
    parser.add_argument("--namespace", default="esddns-system")
    parser.add_argument("--json", action="store_true", help="a List, instead of documents of YAML")
    parser.add_argument("values", nargs="*")
    arguments = parser.parse_args()
    values = {}
    for text in arguments.values:
        values = merged(values, yaml.safe_load(text if "{" in text else pathlib.Path(text).read_text()) or {})
    try:
        with helm_python.Chart.load(CHART) as chart:
            files = chart.render(values, name=arguments.name, namespace=arguments.namespace)
    except helm_python.HelmError as error:
        sys.exit(f"render-chart.py: {error}")
    objects = [one for path, text in sorted(files.items()) if not path.endswith(".txt") for one in yaml.safe_load_all(text) if one]
    if arguments.json:
        print(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}, indent=2))
    else:
        print(yaml.safe_dump_all(objects, sort_keys=False), end="")


main()
