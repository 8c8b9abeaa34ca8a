"""Every preset gives objects that Kubernetes and the Prometheus Operator accept, by their own schemas."""

import json
import re

import helm_python
import jsonschema
import kubernetes_validate
import pytest
import yaml
from conftest import CHART, KUBERNETES, LEAST, PRESETS, ROOT, merged, preset_values

CRDS = ROOT / "Tests/Deployment/crds"
MONITORED = {"monitoring": {"enabled": True, "assumeAvailable": True, "grafanaDashboard": {"enabled": True},
                            "serviceMonitor": {"enabled": True}, "prometheusRules": {"enabled": True}}}
EVERYTHING = merged(LEAST, MONITORED, {
    "records": [
        {"name": "a.example.org", "types": ["A", "AAAA"], "ttl": 2592000, "provider": "route53", "label": "work"},
        {"name": "b.example.org", "suffix": "::53", "provider": "dnsendpoint"},
        {"name": "{node}.example.org"},
    ],
    "accounts": [{"provider": "route53", "label": "work", "existingSecret": "aws", "ttl": 60}],
    "image": {"digest": "sha256:" + "0" * 64},
    "imagePullSecrets": [{"name": "registry"}],
    "commonLabels": {"team": "network"}, "commonAnnotations": {"example.com/owner": "network"},
    "settings": {"addressSource": "service/ingress/controller", "stunServers": ["one.example:3478", "two.example:5349/tls"]},
    "leader": {
        "hostNetwork": True, "priorityClassName": "high", "affinity": {"nodeAffinity": {}}, "tolerations": [{"operator": "Exists"}],
        "podLabels": {"a": "b"}, "podAnnotations": {"a": "b"}, "extraArgs": ["--help"],
        "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy.example:3128"}],
        "extraEnvFrom": [{"configMapRef": {"name": "more"}}], "extraVolumes": [{"name": "tmp", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
        "extraContainers": [{"name": "webhook", "image": "webhook.example/webhook:1"}],
        "serviceAccount": {"annotations": {"a": "b"}}},
    "networkPolicy": {"enabled": True, "extraPorts": [{"port": 8081}], "extraEgress": [{"ports": [{"port": 1}]}]},
    "service": {"type": "LoadBalancer", "nodePort": 30080, "loadBalancerClass": "example.com/class",
                "loadBalancerSourceRanges": ["198.51.100.0/24"], "externalTrafficPolicy": "Local", "ipFamilyPolicy": "PreferDualStack"},
    "ingress": {"enabled": True, "className": "nginx", "hosts": [{"host": "esddns.example.com"}, {"host": "x.example.com", "paths": [
        {"path": "/esddns", "pathType": "Exact"}]}], "tls": {"enabled": True, "secretName": "certificate"}},
})
CASES = {"default": LEAST, "everything": EVERYTHING} | {name: preset_values(name) for name in PRESETS}
CASES |= {f"{name}, monitored": merged(values, MONITORED) for name, values in CASES.items()}


def test_the_presets_that_are_promised_are_there():
    assert set(PRESETS) == {"eks", "gke", "aks", "metallb", "development", "production"}


def custom_schemas():
    schemas = {}
    for path in [*CRDS.glob("monitoring*.yaml"), *CRDS.glob("externaldns*.yaml")]:
        definition = yaml.safe_load(path.read_text())["spec"]
        for version in definition["versions"]:
            key = (f"{definition['group']}/{version['name']}", definition["names"]["kind"])
            schemas[key] = strict(version["schema"]["openAPIV3Schema"])
    return schemas


def strict(schema):
    """As an API server reads it with strict validation of fields: what is not declared is refused."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: strict(part) for key, part in schema.items()}
    if isinstance(schema.get("pattern"), str):
        # Go lets flags stand behind the beginning.
        result["pattern"] = re.sub(r"^\^\(\?i\)", "(?i)^", schema["pattern"])
    if "properties" in schema and isinstance(schema["properties"], dict) and not (
            "additionalProperties" in schema or schema.get("x-kubernetes-preserve-unknown-fields")):
        result["additionalProperties"] = False
    return result


CUSTOM = custom_schemas()
VALID = set()


def check_custom(one):
    # The definition leaves metadata to the API server.
    jsonschema.validate({key: value for key, value in one.items() if key != "metadata"}, CUSTOM[one["apiVersion"], one["kind"]])


@pytest.mark.parametrize("case", CASES)
def test_every_object_is_valid(render, case):
    for one in render(CASES[case]).objects:
        if one["apiVersion"].startswith("monitoring.coreos.com/"):
            check_custom(one)
            continue
        # Most cases have most objects alike.
        for version in KUBERNETES:
            key = (version, json.dumps(one, sort_keys=True))
            if key not in VALID:
                kubernetes_validate.validate(one, version, strict=True)
                VALID.add(key)


@pytest.mark.parametrize("case", CASES)
def test_objects_have_names_of_their_own_and_the_release_namespace(render, case):
    release = render(CASES[case])
    names = release.names()
    assert len(names) == len(set(names))
    for _, kind, namespace, name in names:
        assert namespace == ("ingress" if "service-reader" in name and case.startswith("everything") else "esddns-system")
        assert kind not in {"ClusterRole", "ClusterRoleBinding", "Namespace", "CustomResourceDefinition"}
        assert len(name) <= 63


@pytest.mark.parametrize("case", CASES)
def test_selectors_choose_the_pods_that_are_meant(render, case):
    release = render(CASES[case])
    for workload in release.workloads:
        labels = workload["spec"]["template"]["metadata"]["labels"]
        selector = workload["spec"]["selector"]["matchLabels"]
        assert selector.items() <= labels.items()
        assert set(selector) == {"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component"}
    leaders = release.workload("leader")["spec"]["template"]["metadata"]["labels"]
    updaters = release.workload("updater")["spec"]["template"]["metadata"]["labels"]
    for one in release.of("Service") + release.of("PodDisruptionBudget"):
        selector = one["spec"]["selector"]
        selector = selector.get("matchLabels", selector)
        assert selector.items() <= leaders.items() and not selector.items() <= updaters.items()
    for one in release.of("NetworkPolicy"):
        component = one["metadata"]["labels"]["app.kubernetes.io/component"]
        pods = {"leader": leaders, "updater": updaters}
        assert one["spec"]["podSelector"]["matchLabels"].items() <= pods[component].items()


def test_the_chart_has_no_complaints_of_lint():
    report = helm_python.lint(CHART, LEAST, strict=True)
    assert report["errors"] == []
    assert [message for message in report["messages"] if message["severity"] > 1] == []


def test_the_package_has_what_the_chart_needs_and_nothing_else(tmp_path):
    archive = helm_python.package(CHART, destination=tmp_path)
    helm_python.expand(tmp_path, archive)
    files = {str(path.relative_to(tmp_path / "esddns-operator")) for path in (tmp_path / "esddns-operator").rglob("*") if path.is_file()}
    assert {"Chart.yaml", "README.md", "values.yaml", "values.schema.json", "files/settings.yaml", "files/rules.yaml",
            "files/dashboard.json"} <= files
    assert {f"values-{name}.yaml" for name in PRESETS} <= files
    assert all(name.split("/")[0] in {"templates", "files", ".helmignore"} or name.endswith((".yaml", ".md", ".json")) for name in files)


def test_versions_agree():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    program = (ROOT / "Sources/AddressSync/Status/Version.swift").read_text()
    assert f'"{chart["appVersion"]}"' in program
    images = yaml.safe_load(chart["annotations"]["artifacthub.io/images"])
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    assert images[0]["image"] == f'{values["image"]["repository"]}:{chart["appVersion"]}'


@pytest.mark.parametrize("name,scheme", [
    ("eks", {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
             "service.beta.kubernetes.io/aws-load-balancer-type": "external",
             "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip"}),
    ("gke", {"cloud.google.com/l4-rbs": "enabled"}),
    ("aks", {"service.beta.kubernetes.io/azure-load-balancer-internal": "false"}),
])
def test_clouds_publish_a_load_balancer_that_others_can_reach(render, name, scheme):
    release = render(preset_values(name))
    service = release.of("Service")[0]
    assert service["spec"]["type"] == "LoadBalancer" and service["metadata"]["annotations"] == scheme
    for component in ("leader", "updater"):
        assert release.environment(component)["ESDDNS_ADDRESS_SOURCE"] == f"service/esddns-system/{service['metadata']['name']}"
    reader = release.one("Role", "esddns-service-reader")
    assert reader["rules"] == [{"apiGroups": [""], "resources": ["services"], "resourceNames": [service["metadata"]["name"]],
                                "verbs": ["get", "list", "watch"]}]


def test_azure_is_asked_for_a_token(render):
    pod = render(preset_values("aks")).workload("updater")["spec"]["template"]
    assert pod["metadata"]["labels"]["azure.workload.identity/use"] == "true"
