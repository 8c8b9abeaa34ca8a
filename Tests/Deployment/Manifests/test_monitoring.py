"""deploy/monitoring: made from the chart's files, valid, and in the namespace of whoever uses it."""

import re
import subprocess
import sys

import pytest
import yaml

from deployment_support import KUBECTL, ROOT, FakeCluster, check_custom, one

KEY = "pat-7f3a-never-seen"


@pytest.fixture(params=["development", "production"])
def objects(request, tmp_path):
    fake = FakeCluster(tmp_path, [])
    done = fake.run(
        "deploy/deploy.sh", request.param, "--monitoring", "--dry-run", "--records", "home.site.test", ESDDNS_GANDI_TOKEN=KEY
    )
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def test_it_is_up_to_date():
    if not (ROOT / "helm").exists():
        pytest.skip("there is no chart")
    done = subprocess.run([sys.executable, ROOT / "scripts/generate-monitoring.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_objects_fit_the_schemas(objects):
    custom = [each for each in objects if each["apiVersion"].startswith("monitoring.coreos.com")]
    assert sorted(each["kind"] for each in custom) == ["PodMonitor", "PrometheusRule", "ServiceMonitor"]
    for each in custom:
        check_custom(each)


def test_monitors_find_their_pods_and_ports(objects):
    service = one(objects, "Service")
    assert one(objects, "ServiceMonitor")["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert one(objects, "ServiceMonitor")["spec"]["endpoints"][0]["port"] in [each["name"] for each in service["spec"]["ports"]]
    template = one(objects, "DaemonSet")["spec"]["template"]
    assert one(objects, "PodMonitor")["spec"]["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
    ports = [each["name"] for each in template["spec"]["containers"][0]["ports"]]
    assert one(objects, "PodMonitor")["spec"]["podMetricsEndpoints"][0]["port"] in ports


def test_rules_watch_the_namespace_and_the_job_of_the_monitors(objects):
    namespace = one(objects, "Namespace")["metadata"]["name"]
    jobs = {
        each["replacement"]
        for kind, key in [("ServiceMonitor", "endpoints"), ("PodMonitor", "podMetricsEndpoints")]
        for each in one(objects, kind)["spec"][key][0]["relabelings"]
    }
    text = str(one(objects, "PrometheusRule")["spec"])
    assert set(re.findall(r'namespace="([^"]*)"', text)) == {namespace}
    assert set(re.findall(r'job="([^"]*)"', text)) == jobs == {"esddns"}
