"""Alerts and dashboard ask for metrics that the executables export, and alerts fire when they should."""

import functools
import json
import re
import subprocess

import pytest
import yaml
from conftest import CHART, LEAST, ROOT

PROMTOOL = ROOT / ".build-tools/promtool/usr/bin/promtool"
AVAILABLE = {"monitoring": {"assumeAvailable": True, "grafanaDashboard": {"enabled": True}}}
SOURCES = ("AddressSync", "OperatorCore", "StatusServer", "WANDetection", "DNSRecords", "CurlHTTP")
# Put there by whoever reads the metrics, and by histograms.
FOREIGN_LABELS = {"job", "namespace", "pod", "le"}


@functools.cache
def source():
    return "\n".join(path.read_text() for folder in SOURCES for path in sorted((ROOT / "Sources" / folder).rglob("*.swift")))


@functools.cache
def exported_metrics():
    """Names of samples, as the registry makes them of what the sources declare."""
    names = set()
    for kind, label in re.findall(r'\b(Counter|Timer|Gauge|Meter)\(\s*label: "([a-z0-9_]+)"', source()):
        names |= {f"{label}_bucket", f"{label}_sum", f"{label}_count"} if kind == "Timer" else {label}
    registry = re.findall(r'(\w+)Name = "(esddns_[a-z_]+)"', source())
    names |= {name + "_total" if kind == "dropped" else name for kind, name in registry}
    process = re.search(r"static let names: Set<String> = \[(.*?)\]", source(), re.DOTALL)[1]
    names |= {name + "_total" if name == "process_cpu_seconds" else name for name in re.findall(r'"(process_[a-z_]+)"', process)}
    assert len(names) > 20
    return names


def names_in(expression):
    """The metrics of an expression of PromQL: names that are neither functions, keywords nor labels."""
    text = re.sub(r'"(?:[^"\\]|\\.)*"', "", expression)
    text = re.sub(r"\{[^}]*\}", "", text)
    text = re.sub(r"\[[^\]]*\]", "", text)
    text = re.sub(r"\b(by|on|without|ignoring)\s*\([^)]*\)", "", text)
    return {name for name in re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\()\b", text)
            if "_" in name and not re.search(rf"\b{name}\s*\(", text)}


def labels_in(expression):
    labels = set()
    for group in re.findall(r"\b(?:by|on)\s*\(([^)]*)\)", expression):
        labels |= set(re.findall(r"\w+", group))
    for group in re.findall(r"\{([^}]*)\}", expression):
        labels |= set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", group))
    return labels


def rules():
    return [rule for group in yaml.safe_load((CHART / "files/rules.yaml").read_text())["groups"] for rule in group["rules"]]


def queries():
    dashboard = json.loads((CHART / "files/dashboard.json").read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def test_names_are_found_in_expressions():
    expression = 'sum by (job) (rate(a_total{job="x_y",code=~"<error>|5.."}[5m])) / on (job) b_c > 0 unless d_e'
    assert names_in(expression) == {"a_total", "b_c", "d_e"}
    assert labels_in(expression) == {"job", "code"}


@pytest.mark.parametrize("expression", queries() + [rule["expr"] for rule in rules()])
def test_expressions_are_about_metrics_and_labels_that_exist(expression):
    assert names_in(expression) and names_in(expression) <= exported_metrics()
    known = set(re.findall(r'\("([a-z]+)", ', source())) | {"version"} | FOREIGN_LABELS
    assert labels_in(expression) <= known


@pytest.mark.parametrize("query", queries())
def test_queries_are_promql(query, tmp_path):
    expression = query.replace("$__rate_interval", "5m").replace("$job", "esddns").replace("$namespace", "esddns-system")
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "q", "rules": [{"record": "q", "expr": expression}]}]}))
    done = subprocess.run([PROMTOOL, "check", "rules", tmp_path / "rules.yaml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_alerts_fire_when_they_should():
    cases = ROOT / "Tests/Deployment/Chart/alerts.yaml"
    done = subprocess.run([PROMTOOL, "test", "rules", cases], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    # Each alert fires in one case at least, and stays silent in another.
    tried = [one for group in yaml.safe_load(cases.read_text())["tests"] for one in group["alert_rule_test"]]
    for rule in rules():
        mine = [one for one in tried if one["alertname"] == rule["alert"]]
        assert any(one.get("exp_alerts") for one in mine) and any(not one.get("exp_alerts") for one in mine), rule["alert"]


def test_alerts_say_what_is_wrong_and_how_bad_it_is():
    for rule in rules():
        assert rule["labels"]["severity"] in {"info", "warning", "critical"}
        assert rule["annotations"]["summary"] and rule["annotations"]["description"] and rule["for"]


def test_alerts_of_a_release_are_about_that_release(render):
    release = render(LEAST, AVAILABLE, name="home", namespace="there")
    rule = release.one("PrometheusRule", "home-esddns")
    alerts = [one for group in rule["spec"]["groups"] for one in group["rules"]]
    assert len(alerts) == len(rules())
    for one in alerts:
        assert 'job="home-esddns",namespace="there"' in one["expr"] and "esddns-system" not in one["expr"]
    for monitor in release.of("ServiceMonitor") + release.of("PodMonitor"):
        endpoints = monitor["spec"].get("endpoints") or monitor["spec"]["podMetricsEndpoints"]
        assert endpoints[0]["relabelings"] == [{"targetLabel": "job", "replacement": "home-esddns"}]


def test_alerts_can_be_left_out(render):
    values = {"monitoring": {"prometheusRules": {"disabled": ["EsddnsSeveralAddresses"], "labels": {"prometheus": "main"}}}}
    rule = render(LEAST, AVAILABLE, values).of("PrometheusRule")[0]
    assert "EsddnsSeveralAddresses" not in str(rule) and rule["metadata"]["labels"]["prometheus"] == "main"


def test_the_dashboard_is_what_grafana_loads(render):
    dashboard = render(LEAST, AVAILABLE).one("ConfigMap", "esddns-dashboard")
    assert dashboard["metadata"]["labels"]["grafana_dashboard"] == "1"
    loaded = json.loads(dashboard["data"]["esddns.json"])
    assert loaded == json.loads((CHART / "files/dashboard.json").read_text())
    ids = [panel["id"] for panel in loaded["panels"]]
    assert len(ids) == len(set(ids)) and {one["name"] for one in loaded["templating"]["list"]} == {"datasource", "namespace", "job"}
