"""What was wrong with the manifests of the original, one test each, and what of its values has to go on working."""

import re

import pytest
from conftest import LEAST, merged, preset_values
from test_monitoring import exported_metrics, names_in, rules
from test_presets import CASES


@pytest.fixture(params=CASES)
def release(render, request):
    return render(CASES[request.param])


def test_a_daemonset_restarts_its_pods_always(release):
    for workload in release.workloads:
        assert workload["spec"]["template"]["spec"].get("restartPolicy", "Always") == "Always"


def test_monitors_are_made_only_where_the_cluster_knows_them(render):
    # The cluster of a render without one knows no resources of others.
    release = render(LEAST, {"monitoring": {"enabled": True}})
    assert not [one for one in release.objects if "monitoring.coreos.com" in one["apiVersion"]]
    assert "no Prometheus Operator" in release.notes
    release = render(LEAST, {"monitoring": {"assumeAvailable": True}})
    assert {one["kind"] for one in release.objects if "monitoring.coreos.com" in one["apiVersion"]} == {
        "ServiceMonitor", "PodMonitor", "PrometheusRule"}


def test_what_is_written_is_in_the_release_namespace_and_allowed_there(render):
    release = render(LEAST, namespace="elsewhere")
    assert {one["metadata"]["namespace"] for one in release.objects} == {"elsewhere"}
    for component in ("leader", "updater"):
        environment = release.environment(component)
        assert environment["ESDDNS_NAMESPACE"] == "pod:metadata.namespace"
        allowed = {name for rule in release.one("Role", f"esddns-{component}")["rules"] for name in rule.get("resourceNames", [])}
        assert environment["ESDDNS_ADDRESS_CONFIGMAP"] in allowed


def test_nobody_reads_secrets_through_the_api(release):
    assert not release.of("ClusterRole")
    assert not [rule for role in release.of("Role") for rule in role["rules"] if "secrets" in rule["resources"]]


def test_nothing_runs_as_root_or_with_capabilities(release):
    for component in ("leader", "updater"):
        assert release.pod(component)["securityContext"]["runAsUser"] != 0
        assert "add" not in release.container(component)["securityContext"]["capabilities"]


def test_images_are_named_by_version_and_loaded_once(release):
    for component in ("leader", "updater"):
        container = release.container(component)
        assert re.search(r":\d+\.\d+\.\d+$|@sha256:[0-9a-f]{64}$", container["image"])
        assert container["imagePullPolicy"] == "IfNotPresent"


def test_alerts_are_about_metrics_that_exist():
    for alert in rules():
        assert names_in(alert["expr"]) and names_in(alert["expr"]) <= exported_metrics(), alert["alert"]


def test_probes_run_no_commands(release):
    for component in ("leader", "updater"):
        for probe in ("livenessProbe", "readinessProbe"):
            assert set(release.container(component)[probe]) & {"exec", "httpGet", "tcpSocket"} == {"httpGet"}


def test_services_and_monitors_have_endpoints(release):
    pods = {name: release.workload(name)["spec"]["template"]["metadata"]["labels"] for name in ("leader", "updater")}
    for service in release.of("Service"):
        ports = {port["targetPort"] for port in service["spec"]["ports"]}
        assert service["spec"]["selector"].items() <= pods["leader"].items()
        assert ports <= {port["name"] for port in release.container("leader")["ports"]}
    for monitor in release.of("ServiceMonitor"):
        chosen = [one for one in release.of("Service") if monitor["spec"]["selector"]["matchLabels"].items() <= one["metadata"]["labels"].items()]
        assert len(chosen) == 1
        assert {one["port"] for one in monitor["spec"]["endpoints"]} <= {port["name"] for port in chosen[0]["spec"]["ports"]}
    for monitor in release.of("PodMonitor"):
        assert monitor["spec"]["selector"]["matchLabels"].items() <= pods["updater"].items()
        assert {one["port"] for one in monitor["spec"]["podMetricsEndpoints"]} <= {
            port["name"] for port in release.container("updater")["ports"]}


def test_plain_http_is_not_called_https(release):
    for service in release.of("Service"):
        assert [(port["name"], port["port"]) for port in service["spec"]["ports"]] == [("http", 80)]


def test_its_values_still_work(render):
    values = {
        "gandi": {"apiKey": "key"}, "global": {"domain": "example.com", "recordName": "home", "recordTTL": 300},
        "monitoring": {"enabled": True, "serviceMonitor": {"enabled": True, "interval": "15s"}, "prometheusRules": {"enabled": False}},
        "service": {"enabled": True, "type": "LoadBalancer", "port": 80, "annotations": {}},
        "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
    }
    release = render(values, {"monitoring": {"assumeAvailable": True}})
    environment = release.environment("updater")
    assert environment["ESDDNS_RECORDS"] == "home.example.com/300" and environment["ESDDNS_PROVIDER"] == "gandi"
    assert environment["ESDDNS_GANDI_API_KEY_FILE"] == "/etc/esddns/secrets/gandi/api-key"
    assert release.of("ServiceMonitor")[0]["spec"]["endpoints"][0]["interval"] == "15s" and release.of("PrometheusRule") == []
    assert render(merged(values, {"monitoring": {"enabled": False, "assumeAvailable": True}})).of("ServiceMonitor") == []


@pytest.mark.parametrize("name", ["development", "production"])
def test_its_presets_still_work(render, name):
    release = render(preset_values(name))
    assert release.environment("updater")["ESDDNS_RECORDS"] == "example.com"
    assert release.workload("leader")["spec"]["replicas"] == (1 if name == "development" else 2)
