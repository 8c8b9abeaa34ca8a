"""Chart and Kustomize install the same: with equal settings their objects differ only in what is named here, each with its reason."""

import json
import re
import subprocess

import pytest
import yaml

from deployment_support import KUBECTL, ROOT, defaults, environment_of, one

HELM = ROOT / ".build-tools/deployment/bin/python"
VALUES = {
    "global": {"domain": "home.example.com"},
    "gandi": {"existingSecret": "esddns-credentials"},
    "settings": {"families": ["ipv4", "ipv6"], "logFormat": "json"},
    "networkPolicy": {"enabled": True},
}
OVERLAY = """
resources: [../overlays/production]
configMapGenerator:
  - {name: esddns-settings, namespace: esddns-system, behavior: merge, literals: ["ESDDNS_FAMILIES=ipv4,ipv6"]}
"""


@pytest.fixture(scope="module")
def chart():
    done = subprocess.run([HELM, ROOT / "scripts/render-chart.py", "--json", json.dumps(VALUES)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["items"]


@pytest.fixture(scope="module")
def manifests(tmp_path_factory):
    directory = tmp_path_factory.mktemp("equal")
    subprocess.run(["cp", "-R", ROOT / "deploy", directory / "deploy"], check=True)
    (directory / "deploy/run").mkdir()
    (directory / "deploy/run/kustomization.yaml").write_text(OVERLAY)
    done = subprocess.run([KUBECTL, "kustomize", directory / "deploy/run"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def environment(container, objects):
    """What the program makes of the variables: those that say what is so anyhow are left out."""
    return {name: value for name, value in environment_of(container, objects).items() if value != defaults().get(name)}


def flat(value, path=""):
    """Leaves by their paths. Elements of lists that have a name go by it: their order means nothing."""
    if isinstance(value, dict) and value:
        return {key: leaf for name, part in value.items() for key, leaf in flat(part, f"{path}/{name}").items()}
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        parts = {each.get("name", str(index)): each for index, each in enumerate(value)}
        if len(parts) == len(value):
            return flat(parts, path)
    return {path: value}


def leaves(objects):
    result = {}
    for each in objects:
        each = json.loads(json.dumps(each))
        for container in each.get("spec", {}).get("template", {}).get("spec", {}).get("containers", []):
            container["env"] = environment(container, objects)
            container.pop("envFrom", None)
        result |= flat(each, f"{each['kind']} {each['metadata']['name']}")
    return result


# What may differ: a pattern of the whole path, and why.
PERMITTED = {
    r".+/app\.kubernetes\.io/instance": "a namespace may have several releases, but one overlay",
    r".+/metadata/labels/(app\.kubernetes\.io/(managed-by|version)|helm\.sh/chart)": "what Helm and its users know a release by",
    r"Namespace esddns-system/.+": "Helm makes it by --create-namespace; here it also demands the restricted standard of pods",
    r"ConfigMap esddns-(updater-)?settings-[a-z0-9]{10}/.+": "made from files of NAME=VALUE; their contents are compared as variables",
    r"PodDisruptionBudget esddns-leader/spec/(max|min)\w+": "the same for two leaders; of an overlay's lone leader none has to be left",
    r"\w+ esddns-(leader|updater)/spec/template/spec/(volumes|containers/\w+/volumeMounts)/(credentials|secrets)/.+":
        "the chart knows which keys of which Secrets are used; deploy.sh makes one whose keys are the names of settings",
    r"DaemonSet esddns-updater/spec/template/spec/containers/updater/env/ESDDNS_GANDI_TOKEN_FILE": "follows from the keys",
}


def test_they_install_the_same(chart, manifests):
    ours, theirs = leaves(chart), leaves(manifests)
    different = {path for path in ours.keys() | theirs.keys() if ours.get(path) != theirs.get(path)}
    assert len(different) < len(ours) / 2
    unexplained = {path for path in different if not any(re.fullmatch(pattern, path) for pattern in PERMITTED)}
    assert sorted((path, ours.get(path, "nothing"), theirs.get(path, "nothing")) for path in unexplained) == []
    for pattern in PERMITTED:
        assert any(re.fullmatch(pattern, path) for path in different), f"nothing differs any more at {pattern}"


def test_a_difference_would_have_been_noticed(chart, manifests):
    changed = json.loads(json.dumps(manifests))
    one(changed, "Deployment")["spec"]["template"]["spec"]["containers"][0]["securityContext"]["readOnlyRootFilesystem"] = False
    before, after = leaves(manifests), leaves(changed)
    path = "Deployment esddns-leader/spec/template/spec/containers/leader/securityContext/readOnlyRootFilesystem"
    assert {each for each in before if before[each] != after[each]} == {path}
    assert not any(re.fullmatch(pattern, path) for pattern in PERMITTED)
