"""Renders the chart as "helm template" does, without a cluster."""

import copy
import functools
import pathlib
import sys

import helm_python
import kubernetes_validate.utils
import pytest
import yaml

# Reads megabytes of schemas again for every object otherwise.
kubernetes_validate.utils.schema_contents = functools.cache(kubernetes_validate.utils.schema_contents)

ROOT = pathlib.Path(__file__).resolve().parents[3]
# What the tests of the chart and those of deploy/ have in common.
sys.path.append(str(ROOT / "Tests/Deployment/support"))
CHART = ROOT / "helm/esddns-operator"
PRESETS = sorted(path.stem.removeprefix("values-") for path in CHART.glob("values-*.yaml"))
# The least that an installation has to be told.
LEAST = {"global": {"domain": "example.com"}, "gandi": {"apiKey": "not-a-key"}}
KUBERNETES = [f"1.{minor}" for minor in range(28, 38)]


def merged(*parts):
    """Values as Helm merges files and --set: later ones win, objects are merged."""
    result = {}
    for part in parts:
        for key, value in copy.deepcopy(part).items():
            both = isinstance(value, dict) and isinstance(result.get(key), dict)
            result[key] = merged(result[key], value) if both else value
    return result


def preset(name):
    return yaml.safe_load((CHART / f"values-{name}.yaml").read_text())


# What each preset has to be told besides.
COMPLETING = {
    "aks": {"azure": {"subscriptionId": "00000000-0000-0000-0000-000000000000"}},
}


def preset_values(name):
    return merged(preset(name), LEAST, COMPLETING.get(name, {}))


class Release:
    """What one installation would consist of."""

    def __init__(self, files):
        self.notes = files.get("esddns-operator/templates/NOTES.txt", "")
        self.objects = [
            document for path, text in files.items() if not path.endswith("NOTES.txt")
            for document in yaml.safe_load_all(text) if document
        ]

    def of(self, kind):
        return [one for one in self.objects if one["kind"] == kind]

    def one(self, kind, name):
        found = [one for one in self.of(kind) if one["metadata"]["name"] == name]
        assert len(found) == 1, f"{len(found)} {kind} {name} among {[one['metadata']['name'] for one in self.of(kind)]}"
        return found[0]

    @property
    def workloads(self):
        return self.of("Deployment") + self.of("DaemonSet")

    def workload(self, component):
        return next(one for one in self.workloads if one["metadata"]["labels"]["app.kubernetes.io/component"] == component)

    def pod(self, component):
        return self.workload(component)["spec"]["template"]["spec"]

    def container(self, component):
        return self.pod(component)["containers"][0]

    def environment(self, component):
        """Variables by name; what follows from the pod is the path that it comes from."""
        return {
            entry["name"]: entry["value"] if "value" in entry else "pod:" + entry["valueFrom"]["fieldRef"]["fieldPath"]
            for entry in self.container(component)["env"]
        }

    def names(self):
        return [(one["apiVersion"], one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]) for one in self.objects]


@pytest.fixture(scope="session")
def chart():
    with helm_python.Chart.load(CHART) as loaded:
        yield loaded


@pytest.fixture(scope="session")
def render(chart):
    def render(*values, name="esddns-operator", namespace="esddns-system", **options):
        return Release(chart.render(merged(*values), name=name, namespace=namespace, **options))

    return render


@pytest.fixture(scope="session")
def refusal(chart):
    """What Helm says to values that it does not take."""

    def refusal(*values):
        with pytest.raises(helm_python.HelmError) as caught:
            chart.render(merged(*values), name="esddns-operator", namespace="esddns-system")
        return str(caught.value)

    return refusal
