"""Pods are restricted, and what a NetworkPolicy lets through is what the program needs."""

import policies
import pytest
import yaml
from conftest import LEAST, PRESETS, preset_values
from test_presets import CASES


@pytest.mark.parametrize("case", CASES)
def test_pods_keep_to_the_restricted_standard(render, case):
    release = render(CASES[case])
    for component in ("leader", "updater"):
        pod, container = release.pod(component), release.container(component)
        security = pod["securityContext"] | container["securityContext"]
        assert security["runAsNonRoot"] is True and security["runAsUser"] == 65532
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert security["allowPrivilegeEscalation"] is False and security["readOnlyRootFilesystem"] is True
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert "privileged" not in security
        assert not pod.get("hostPID") and not pod.get("hostIPC")
        # Of the host's network only where somebody asks for it.
        assert pod.get("hostNetwork", False) == (component == "leader" and case.startswith("everything"))
        kinds = {key for volume in pod.get("volumes", []) for key in volume if key != "name"}
        assert kinds <= {"projected", "emptyDir"}
        assert pod["enableServiceLinks"] is False
        assert "memory" in container["resources"]["limits"] and {"cpu", "memory"} <= set(container["resources"]["requests"])


def test_secrets_can_be_read_by_the_pod_alone(render):
    volume = next(one for one in render(LEAST).pod("updater")["volumes"] if one["name"] == "secrets")
    assert volume["projected"]["defaultMode"] == 0o440
    # The files belong to root; the group is what lets the process read them.
    assert render(LEAST).pod("updater")["securityContext"]["fsGroup"] == 65532
    mount = next(one for one in render(LEAST).container("updater")["volumeMounts"] if one["name"] == "secrets")
    # A subPath would never see the Secret change.
    assert mount["readOnly"] is True and "subPath" not in mount


def test_probes_ask_the_program(render):
    for component in ("leader", "updater"):
        container = render(LEAST).container(component)
        assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
        assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
        assert container["ports"] == [{"name": "http", "containerPort": 8080, "protocol": "TCP"}]
        assert render(LEAST).environment(component)["ESDDNS_LISTEN"] == "0.0.0.0:8080"
        assert "lifecycle" not in container and "startupProbe" not in container


@pytest.mark.parametrize("values", [
    {"leader": {"port": 9000}, "updater": {"port": 9001}}, {"listenAddress": "[::]"},
])
def test_ports_agree(render, values):
    release = render(LEAST, values)
    for component in ("leader", "updater"):
        container = release.container(component)
        assert release.environment(component)["ESDDNS_LISTEN"].endswith(f":{container['ports'][0]['containerPort']}")


def test_updaters_are_on_every_node_and_leaders_apart(render):
    release = render(LEAST)
    assert release.workload("updater")["spec"]["updateStrategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "10%"}}
    assert release.pod("updater")["nodeSelector"] == {"kubernetes.io/os": "linux"}
    assert release.pod("updater")["tolerations"] == [{"effect": "NoSchedule", "operator": "Exists"}]
    assert release.workload("leader")["spec"]["replicas"] == 2
    spread = release.pod("leader")["topologySpreadConstraints"]
    labels = release.workload("leader")["spec"]["template"]["metadata"]["labels"]
    assert {one["topologyKey"] for one in spread} == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    assert all(one["labelSelector"]["matchLabels"].items() <= labels.items() for one in spread)
    assert release.one("PodDisruptionBudget", "esddns-leader")["spec"]["minAvailable"] == 1


def test_one_leader_does_not_keep_its_node_from_being_drained(render):
    assert render(LEAST, {"leader": {"replicas": 1}}).of("PodDisruptionBudget") == []


def allowed(policy):
    """(protocol, port, where to) of what may be sent."""
    result = set()
    for rule in policy["spec"]["egress"]:
        to = rule["to"][0]["ipBlock"]["cidr"] if "to" in rule else "anywhere"
        result |= {(one["protocol"], one["port"], to) for one in rule["ports"]}
    return result


def test_policies_let_through_what_is_needed(render):
    release = render(LEAST, {"networkPolicy": {"enabled": True}})
    needed = {("UDP", 53), ("TCP", 53), ("TCP", 443), ("TCP", 6443)}
    needed |= {(protocol, port) for protocol in ("UDP", "TCP") for port in (3478, 19302, 5349)}
    for component in ("leader", "updater"):
        policy = release.one("NetworkPolicy", f"esddns-{component}")
        assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
        assert allowed(policy) == {(*one, "anywhere") for one in needed}
        assert policy["spec"]["ingress"] == [{
            "ports": [{"port": "http", "protocol": "TCP"}],
            "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]}]
    assert render(LEAST).of("NetworkPolicy") == []


def test_policies_let_clouds_give_credentials_to_updaters(render):
    release = render({"global": LEAST["global"], "provider": "route53", "networkPolicy": {"enabled": True}})
    metadata = {("TCP", 80, "169.254.0.0/16"), ("TCP", 988, "169.254.0.0/16")}
    assert metadata <= allowed(release.one("NetworkPolicy", "esddns-updater"))
    assert not metadata & allowed(release.one("NetworkPolicy", "esddns-leader"))


@pytest.mark.parametrize("values", [{"service": {"type": "LoadBalancer"}}, {"service": {"type": "NodePort"}},
                                    {"ingress": {"enabled": True, "hosts": [{"host": "esddns.example.com"}]}}])
def test_policies_let_everybody_reach_a_page_that_is_offered_to_everybody(render, values):
    release = render(LEAST, values, {"networkPolicy": {"enabled": True}})
    assert "from" not in release.one("NetworkPolicy", "esddns-leader")["spec"]["ingress"][0]
    assert "from" in release.one("NetworkPolicy", "esddns-updater")["spec"]["ingress"][0]


def test_checkov_finds_nothing_without_a_reason(render, tmp_path):
    for name, values in ({"default": LEAST} | {name: preset_values(name) for name in PRESETS}).items():
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump_all(render(values).objects))
    assert policies.check(policies.KUBERNETES, "kubernetes", "--directory", tmp_path) > 100
