"""Leaders and updaters do their work under the Roles of deploy/: every request is allowed, and every permission is used."""

import subprocess

import pytest
import yaml

from cluster_at_work import EVENTS, ClusterAtWork
from deployment_support import KUBECTL, ROOT, environment_of, executable, one, pods

NAMESPACE = "esddns-system"
OVERLAY = """
resources: [../overlays/production]
configMapGenerator:
  - {name: esddns-settings, namespace: esddns-system, behavior: merge, literals: ["ESDDNS_FAMILIES=ipv4,ipv6"]}
  - name: esddns-updater-settings
    namespace: esddns-system
    behavior: merge
    literals: [ESDDNS_RECORDS=home.example.com/A+AAAA]
"""


@pytest.fixture
def objects(tmp_path):
    subprocess.run(["cp", "-R", ROOT / "deploy", tmp_path / "deploy"], check=True)
    (tmp_path / "deploy/run").mkdir()
    (tmp_path / "deploy/run/kustomization.yaml").write_text(OVERLAY)
    done = subprocess.run([KUBECTL, "kustomize", tmp_path / "deploy/run"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def test_permissions_suffice_and_are_used(objects, tmp_path):
    directory = tmp_path / "work"
    directory.mkdir()
    with ClusterAtWork(executable("esddns-cluster").parent, directory, NAMESPACE) as cluster:
        cluster.apply(objects)
        for component in ("leader", "updater"):
            pod = pods(objects)[f"esddns-{component}"]["spec"]
            environment = environment_of(pod["containers"][0], objects)
            plain = {name: value for name, value in environment.items() if isinstance(value, str)}
            cluster.start_pods(component, pod["serviceAccountName"], plain)
        cluster.live_through_changes(address="esddns-wan-address", lease="esddns-leader")
        cluster.live_without_watching(role="esddns-updater", records="esddns-records")
        for name in ("esddns-leader", "esddns-updater"):
            assert cluster.unused_permissions(name, one(objects, "Role", name)["rules"]) <= EVENTS
