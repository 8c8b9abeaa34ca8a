"""All ways to install, on a real kube-apiserver that enforces permissions and admission: what they do, what they leave, and that what
is wrong is said before anything has been changed. Needs KUBEBUILDER_ASSETS; processes run if there are executables, as for the chart.
"""

import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import pytest
import site_servers
import yaml
from control_plane import ASSETS, control_plane
from node import Node

pytestmark = pytest.mark.skipif(not ASSETS, reason="KUBEBUILDER_ASSETS names no directory with kube-apiserver and etcd")
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
BINARIES = ROOT / ".build-tools/deployment/bin"
EXECUTABLES = pathlib.Path(os.environ.get("ESDDNS_EXECUTABLES", ROOT / ".build/release"))
CRDS = [pathlib.Path(os.environ.get("CRD_SCHEMAS", ROOT / "Tests/Deployment/crds")), ROOT.parent / "shared/crds"]
CHART = "./helm/esddns-operator"
LEAST = ["--set", "gandi.apiKey=not-a-key,global.domain=example.com"]
NAMESPACE = "esddns-system"
RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}


@pytest.fixture(scope="module")
def plane():
    with control_plane(BINARIES / "kubectl", users=["few", "none"]) as plane:
        # May do much, but not make Roles.
        plane.kubectl("create", "clusterrole", "few", "--verb=*", "--resource=namespaces,secrets,configmaps,services,serviceaccounts,"
                      "events,deployments.apps,daemonsets.apps,networkpolicies.networking.k8s.io,poddisruptionbudgets.policy,"
                      "leases.coordination.k8s.io")
        plane.kubectl("create", "clusterrolebinding", "few", "--clusterrole=few", "--user=few")
        yield plane


@pytest.fixture
def node(plane, tmp_path):
    """The rest of the cluster, in which pods are ready at once."""
    with Node(plane, tmp_path) as node:
        yield node
        for name in (NAMESPACE, "esddns-dev", "metallb-system", "argocd"):
            plane.kubectl("delete", "namespace", name, "--ignore-not-found", "--timeout=50s")


def run(plane, *words, user=None, **environment):
    """A command as somebody types it, from the project's directory."""
    with tempfile.TemporaryDirectory() as directory:
        for name, target in (("kubectl", f"exec {BINARIES}/kubectl"), ("helm", f"exec {sys.executable} {HERE}/helm_command.py")):
            file = pathlib.Path(directory, name)
            file.write_text(f'#!/bin/sh\n{target} "$@"\n')
            file.chmod(0o755)
        kubeconfig = plane.user(user) if user else environment.pop("KUBECONFIG", plane.kubeconfig)
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, env={
            "PATH": f"{directory}:/usr/bin:/bin", "HOME": directory, "KUBECONFIG": str(kubeconfig), "RETRY_SECONDS": "0.2", **environment})


def done(plane, *words, **environment):
    result = run(plane, *words, **environment)
    assert result.returncode == 0, result.stderr
    return result


def restricted(plane, name=NAMESPACE):
    plane.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": RESTRICTED}})


def until(what, check, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what}, but not within {seconds} s")


def lasting(objects):
    """Without what kubelets and leaders write at any moment, and what a first definition of custom objects brings."""
    return {key: version for key, version in objects.items() if key[0] not in ("Lease", "Pod", "Deployment", "DaemonSet")} | {
        key: "" for key in objects if key[0] in ("Lease", "Deployment", "DaemonSet")}


def definitions(plane, prefix):
    files = [file for folder in CRDS if folder.exists() for file in sorted(folder.glob(f"{prefix}*.yaml"))]
    if not files:
        pytest.skip(f"there are no schemas of {prefix} in {' or '.join(map(str, CRDS))}")
    for file in files:
        plane.kubectl("apply", "--server-side", "--filename", str(file))
    names = [yaml.safe_load(file.read_text())["metadata"]["name"] for file in files]
    plane.kubectl("wait", "--for=condition=Established", *[f"crd/{name}" for name in names], "--timeout=30s")


# --- Helm.


@contextlib.contextmanager
def site(plane, tmp_path):
    """Processes, and what is outside of the cluster."""
    if not (EXECUTABLES / "esddns-updater").exists():
        pytest.skip(f"there are no executables in {EXECUTABLES}; make build makes them")
    for name in ("ns", "pods"):
        (tmp_path / name).mkdir()
    with site_servers.WAN() as wan, site_servers.name_server(tmp_path / "ns") as server, Node(plane, tmp_path / "pods", EXECUTABLES) as node:
        file = tmp_path / "values.yaml"
        file.write_text(yaml.safe_dump(site_servers.values(wan, server)))
        yield wan, server, node, ["-f", str(file)]


def test_a_release_works_through_upgrade_and_rollback_and_leaves_nothing(plane, tmp_path):
    restricted(plane)
    before = plane.everything()
    with site(plane, tmp_path) as (wan, server, node, values):
        # Nothing ready goes away before something else is.
        done(plane, "helm", "install", "esddns-operator", CHART, "-n", NAMESPACE, *values, "--wait", "--timeout", "2m")
        assert len(node.running("leader")) == 2 and len(node.running("updater")) == 3
        until("the record is written", lambda: server.address() == wan.address)
        done(plane, "helm", "upgrade", "esddns-operator", CHART, "-n", NAMESPACE, *values, "--set", "settings.logLevel=debug", "--wait",
             "--timeout", "2m")
        wan.address = "93.184.216.8"
        until("the record follows", lambda: server.address() == wan.address)
        done(plane, "helm", "rollback", "esddns-operator", "-n", NAMESPACE, "--wait", "--timeout", "2m")
        wan.address = "93.184.216.9"
        until("the record follows", lambda: server.address() == wan.address)
        for process in node.running("leader") + node.running("updater"):
            refused = [line for line in process.read("/metrics").splitlines() if re.search(r'^rest_client_requests.*code="40[13]"', line)]
            assert not refused, process.log.read_text()
        done(plane, "helm", "uninstall", "esddns-operator", "-n", NAMESPACE)
        until("the pods are gone", lambda: not plane.get("pods", "-n", NAMESPACE))
        # Leaders had made it.
        until("the Lease is gone", lambda: not plane.get("leases", "-n", NAMESPACE))
        assert set(plane.everything()) == set(before)
        assert server.address() == wan.address
        plane.kubectl("delete", "namespace", NAMESPACE, "--timeout=50s")


def test_two_releases_live_and_end_side_by_side(plane, node):
    restricted(plane)
    done(plane, "helm", "install", "esddns-operator", CHART, "-n", NAMESPACE, *LEAST, "--wait", "--timeout", "1m")
    first = set(lasting(plane.everything()))
    done(plane, "helm", "install", "second", CHART, "-n", NAMESPACE, *LEAST, "--wait", "--timeout", "1m")
    assert len(plane.get("pods", "-n", NAMESPACE)) == 10
    done(plane, "helm", "uninstall", "second", "-n", NAMESPACE)
    until("the other is as it was", lambda: set(lasting(plane.everything())) == first)


def test_presets_are_admitted(plane, node):
    restricted(plane)
    more = {"aks": ["--set", "azure.subscriptionId=00000000-0000-0000-0000-000000000000"]}
    for file in sorted((ROOT / "helm/esddns-operator").glob("values-*.yaml")):
        name = file.stem.removeprefix("values-")
        done(plane, "helm", "install", name, CHART, "-n", NAMESPACE, "-f", str(file), *LEAST, *more.get(name, []), "--wait", "--timeout", "1m")
        done(plane, "helm", "uninstall", name, "-n", NAMESPACE)


# What the schema and the templates refuse, and what the server would have refused after the first objects were made.
WRONG = {
    "gandi.apiKy=x": "apiKy", "global.domain=": "no record to keep", "gandi.apiKey=": "has no credentials",
    "global.domain=example..com": "/global/domain", "global.recordTTL=60": "takes 300 to 2592000 s", "leader.replicas=two": "/leader/replicas",
    "leader.resources.requests.cpu=lots": "/leader/resources/requests/cpu", "leader.tolerations[0].effect=Never": "/leader/tolerations/0",
    "updater.serviceAccount.name=A_B": "/updater/serviceAccount/name", "updater.extraVolumes[0].name=x": "/updater/extraVolumes/0",
    "service.loadBalancerSourceRanges={x}": "/service/loadBalancerSourceRanges/0", "image.tag=a:b": "/image/tag",
    "settings.addressSource=service/nowhere/x": "there is no namespace nowhere", "settings.addressSource=nowhere": "/settings/addressSource",
}


def test_wrong_values_change_nothing(plane):
    plane.kubectl("create", "namespace", "wrong")
    before = plane.everything()
    for number, (value, message) in enumerate(WRONG.items()):
        refused = run(plane, "helm", "install", f"r{number}", CHART, "-n", "wrong", *LEAST, "--set", value)
        assert refused.returncode != 0 and message in refused.stderr, (value, refused.stderr)
        assert plane.everything() == before, value
    refused = run(plane, "helm", "install", "esddns", CHART, "-n", "wrong", *LEAST, user="few")
    assert refused.returncode != 0 and "forbidden" in refused.stderr and plane.everything() == before


def test_the_guides_trial_shows_what_the_server_refuses(plane):
    """docs/install/helm.md: helm template | kubectl apply --dry-run=server."""
    plane.kubectl("create", "namespace", "trial")
    plane.kubectl("create", "service", "nodeport", "other", "--tcp=80:80", "--node-port=30123", "-n", "trial")
    before = plane.everything()
    command = (f"helm template esddns {CHART} -n trial --set gandi.apiKey=x,global.domain=example.com \"$@\" "
               "| kubectl apply --server-side --force-conflicts --dry-run=server -n trial -f -")
    done(plane, "bash", "-o", "pipefail", "-c", command)
    refused = run(plane, "bash", "-o", "pipefail", "-c", command, "bash", "--set=service.type=NodePort,service.nodePort=30123")
    assert refused.returncode != 0 and "provided port is already allocated" in refused.stderr
    assert "is forbidden" in run(plane, "bash", "-o", "pipefail", "-c", command, user="few").stderr
    assert plane.everything() == before


def test_the_guides_for_helm_and_for_upgrading_work_as_written(plane, node, tmp_path):
    def commands(text):
        return "\n".join(re.findall(r"```sh\n(.*?)```", text, re.S))

    # The reader's own file.
    (tmp_path / "token").write_text("not-a-key")
    short, _, rest = (ROOT / "docs/install/helm.md").read_text().partition("## For good")
    upgrading = (ROOT / "docs/install/upgrading.md").read_text().partition("## With the script")[0]
    done(plane, "bash", "-euo", "pipefail", "-c", commands(short))
    # What is left is what Helm says that it leaves.
    done(plane, "helm", "uninstall", "esddns-operator", "-n", NAMESPACE)
    plane.kubectl("delete", "namespace", NAMESPACE, "--timeout=50s")
    done(plane, "bash", "-euo", "pipefail", "-c", commands(rest).replace("/etc/esddns/token", str(tmp_path / "token")))
    done(plane, "bash", "-euo", "pipefail", "-c", commands(upgrading).replace("git pull", "true"))
    for release in ("esddns-operator", "second"):
        done(plane, "helm", "uninstall", release, "-n", NAMESPACE)
    until("only the user's own Secret is left", lambda: {
        key for key in plane.everything() if key[1] == NAMESPACE and key[0] != "Pod"} == {("Secret", NAMESPACE, "esddns-gandi")})


# --- Kustomize and deploy.sh.


@pytest.mark.parametrize("overlay,namespace,leaders", [("development", "esddns-dev", 1), ("production", NAMESPACE, 2)])
def test_overlays_are_applied_and_deleted_by_kubectl_alone(plane, node, overlay, namespace, leaders):
    before = lasting(plane.everything())
    done(plane, "kubectl", "apply", "-k", f"deploy/overlays/{overlay}")
    done(plane, "kubectl", "rollout", "status", "deployment/esddns-leader", "-n", namespace, "--timeout=60s")
    done(plane, "kubectl", "rollout", "status", "daemonset/esddns-updater", "-n", namespace, "--timeout=60s")
    assert len(node.running("leader")) == leaders and len(node.running("updater")) == 3
    done(plane, "kubectl", "delete", "-k", f"deploy/overlays/{overlay}", "--timeout=60s")
    assert lasting(plane.everything()) == before


DEPLOY = ["deploy/deploy.sh", "production", "--records", "home.site.test"]
KEY = {"ESDDNS_GANDI_TOKEN": "not-a-key"}


def test_the_script_installs_and_changes_nothing_the_second_time(plane, node):
    done(plane, *DEPLOY, "--service", "NodePort", **KEY)
    assert plane.get("service", "esddns-leader", "-n", NAMESPACE)["spec"]["ports"][0]["nodePort"] == 30808
    before = lasting(plane.everything())
    done(plane, *DEPLOY, "--service", "NodePort", **KEY)
    # Without the key, too: the Secret that is there stays.
    done(plane, *DEPLOY, "--service", "NodePort")
    assert lasting(plane.everything()) == before


@pytest.mark.parametrize("words,options,message", [
    (["deploy/deploy.sh", "prod"], KEY, '"prod" is no environment'),
    (DEPLOY, {}, "no key for gandi"),
    (DEPLOY, KEY | {"user": "few"}, "create roles.rbac.authorization.k8s.io in esddns-system"),
    (DEPLOY, KEY | {"user": "none"}, "cannot be looked at; nothing has been changed"),
    (DEPLOY, KEY | {"KUBECONFIG": "/nonexistent"}, "no cluster answers"),
    ([*DEPLOY, "--context", "elsewhere"], KEY, "no cluster answers in the context elsewhere"),
    ([*DEPLOY, "--set", "ESDDNS_QUORM=2"], KEY, "did you mean ESDDNS_QUORUM?"),
    ([*DEPLOY, "--set", "ESDDNS_QUORUM=many"], KEY, "expected a whole number of 1 to 10"),
    (["deploy/deploy-metallb.sh", "production", "192.168.1.240-192.168.1.300", "--", *DEPLOY[2:]], KEY, "is no IPv4 address"),
    (["deploy/deploy-metallb.sh", "production", "192.168.1.240/28", "--", *DEPLOY[2:]], KEY | {"user": "few"}, "create ipaddresspools.metallb.io in metallb-system"),
    (["argocd/bootstrap/argocd-setup.sh", "staging"], KEY, '"staging" is no environment'),
    (["argocd/bootstrap/argocd-setup.sh", "both", *DEPLOY[2:]], KEY | {"user": "few"}, "whether the cluster has Argo CD cannot be seen"),
])
def test_what_is_wrong_is_said_before_anything_is_changed(plane, words, options, message):
    before = plane.everything()
    refused = run(plane, *words, **options)
    assert refused.returncode != 0 and message in refused.stderr, refused.stderr
    assert "Traceback" not in refused.stderr and plane.everything() == before
    # kubectl's own words may stand before it.
    assert message in refused.stderr.splitlines()[-1]


def test_what_is_helms_is_left_to_helm(plane, node):
    restricted(plane)
    done(plane, "helm", "install", "home", CHART, "-n", NAMESPACE, *LEAST, "--set", "fullnameOverride=esddns", "--wait", "--timeout", "1m")
    before = lasting(plane.everything())
    refused = run(plane, *DEPLOY, **KEY)
    assert refused.returncode == 1 and "is Helm's, as the release home" in refused.stderr and lasting(plane.everything()) == before


# --- MetalLB and Argo CD.

CONTROLLER = """
apiVersion: v1
kind: Namespace
metadata: {name: metallb-system}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: controller, namespace: metallb-system}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: metallb-system}
spec:
  replicas: 1
  selector: {matchLabels: {app: metallb}}
  template:
    metadata: {labels: {app: metallb}}
    spec: {serviceAccountName: controller, containers: [{name: controller, image: "metallb:test"}]}
"""


def test_metallb_by_layer_2_and_then_by_bgp(plane, node, tmp_path):
    definitions(plane, "metallb")
    manifest = tmp_path / "metallb.yaml"
    manifest.write_text(CONTROLLER)
    command = ["deploy/deploy-metallb.sh", "production", "192.168.1.240-192.168.1.250", "--manifest", str(manifest)]
    assert "http://192.0.2.80/" in done(plane, *command, "--", *DEPLOY[2:], **KEY).stdout

    def announced():
        return {each["kind"] for each in plane.get("l2advertisements,bgpadvertisements,bgppeers", "-n", "metallb-system")}

    assert announced() == {"L2Advertisement"}
    done(plane, *command, "--bgp", "my-asn=64500,peer-asn=64501,peer=192.168.1.1", "--", *DEPLOY[2:])
    assert announced() == {"BGPAdvertisement", "BGPPeer"}


def test_argo_cd(plane, node):
    definitions(plane, "argocd")
    plane.kubectl("create", "namespace", "argocd")
    done(plane, "kubectl", "apply", "-k", "argocd/dev")
    done(plane, "kubectl", "delete", "-k", "argocd/dev")
    script = ["argocd/bootstrap/argocd-setup.sh", "both", *DEPLOY[2:]]
    done(plane, *script, **KEY)
    before = lasting(plane.everything())
    done(plane, *script)
    assert lasting(plane.everything()) == before
    done(plane, *script, "--flavour", "kustomize")
    for application in plane.get("applications", "-n", "argocd"):
        assert application["metadata"]["labels"]["esddns/flavour"] == "kustomize" and "helm" not in application["spec"]["source"]
