"""The objects of deploy/: valid for every supported Kubernetes, and without the defects of the project's first version."""

import json
import re
import subprocess

import kubernetes_validate
import pytest
import yaml

from deployment_support import ROOT, KUBECTL, VERSIONS, kustomize, one, pods, settings

OVERLAYS = {"deploy/overlays/development": "esddns-dev", "deploy/overlays/production": "esddns-system"}


@pytest.fixture(params=OVERLAYS)
def overlay(request):
    return request.param


@pytest.fixture
def objects(overlay):
    return kustomize(overlay)


@pytest.mark.parametrize("version", VERSIONS)
def test_objects_are_valid(objects, version):
    for each in objects:
        kubernetes_validate.validate(each, version, strict=True)


@pytest.mark.parametrize("component,kind", [("nodeport", "NodePort"), ("loadbalancer", "LoadBalancer")])
def test_components_make_the_page_reachable(tmp_path, component, kind):
    subprocess.run(["cp", "-R", ROOT / "deploy", tmp_path / "deploy"], check=True)
    run = tmp_path / "deploy/run"
    run.mkdir()
    (run / "kustomization.yaml").write_text(
        f"resources: [../overlays/production]\ncomponents: [../components/{component}]\n"
    )
    rendered = list(yaml.safe_load_all(subprocess.check_output([KUBECTL, "kustomize", run], text=True)))
    for version in VERSIONS:
        for each in rendered:
            kubernetes_validate.validate(each, version, strict=True)
    assert one(rendered, "Service")["spec"]["type"] == kind
    # A policy that lets only pods in would answer nobody from outside.
    assert "from" not in one(rendered, "NetworkPolicy", "esddns-leader")["spec"]["ingress"][0]
    assert "from" in one(rendered, "NetworkPolicy", "esddns-updater")["spec"]["ingress"][0]


def test_everything_is_in_the_overlays_namespace(overlay, objects):
    namespace = OVERLAYS[overlay]
    assert one(objects, "Namespace")["metadata"]["name"] == namespace
    for each in objects:
        if each["kind"] != "Namespace":
            assert each["metadata"]["namespace"] == namespace, each["metadata"]["name"]
        for subject in each.get("subjects", []):
            assert subject["namespace"] == namespace


def test_names_are_those_of_the_documentation(objects):
    names = {(each["kind"], each["metadata"]["name"]) for each in objects}
    for expected in [
        ("Deployment", "esddns-leader"),
        ("DaemonSet", "esddns-updater"),
        ("ConfigMap", "esddns-wan-address"),
        ("ConfigMap", "esddns-wan-address-ipv6"),
        ("ConfigMap", "esddns-records"),
    ]:
        assert expected in names


def test_state_is_left_to_the_processes(objects):
    for name in ["esddns-wan-address", "esddns-wan-address-ipv6", "esddns-records"]:
        state = one(objects, "ConfigMap", name)
        assert "data" not in state and "binaryData" not in state
    assert not [each for each in objects if each["kind"] == "Lease"]


def test_production_survives_the_loss_of_a_node():
    objects = kustomize("deploy/overlays/production")
    leader = one(objects, "Deployment")
    assert leader["spec"]["replicas"] == 2
    assert leader["spec"]["template"]["spec"]["topologySpreadConstraints"][0]["topologyKey"] == "kubernetes.io/hostname"
    budget = one(objects, "PodDisruptionBudget")["spec"]
    assert budget["maxUnavailable"] == 1 and budget["selector"] == leader["spec"]["selector"]


# --- Permissions.


def documented_roles():
    text = (ROOT / "docs/cluster.md").read_text()
    block = re.search(r"```yaml\n(.*?)```", text, re.S)[1]
    return {each["metadata"]["name"]: each["rules"] for each in yaml.safe_load_all(block) if each["kind"] == "Role"}


def test_roles_are_those_of_the_documentation(objects):
    roles = {each["metadata"]["name"]: each["rules"] for each in objects if each["kind"] == "Role"}
    assert roles == documented_roles()


def test_nothing_is_granted_in_the_whole_cluster_and_no_secret_can_be_read(objects):
    assert not [each for each in objects if each["kind"].startswith("ClusterRole")]
    for role in [each for each in objects if each["kind"] == "Role"]:
        for rule in role["rules"]:
            assert "secrets" not in rule["resources"]
            assert "*" not in rule["resources"] + rule["verbs"] + rule["apiGroups"]
            assert rule.get("resourceNames") or set(rule["verbs"]) <= {"create", "patch"}


# --- Pods.


def test_pods_are_restricted(objects):
    labels = one(objects, "Namespace")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    for name, template in pods(objects).items():
        spec = template["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] == 65532
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        assert not [each for each in spec.get("volumes", []) if "hostPath" in each]
        for container in spec["containers"]:
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["readOnlyRootFilesystem"] is True
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert "requests" in container["resources"] and "memory" in container["resources"]["limits"]


def test_no_service_of_the_namespace_is_taken_for_a_setting(objects):
    # A Service "esddns-leader" would be ESDDNS_LEADER_SERVICE_HOST, which the executables refuse as a misspelt setting.
    for template in pods(objects).values():
        assert template["spec"]["enableServiceLinks"] is False


def test_workloads_restart_as_the_api_server_demands(objects):
    # The first version's DaemonSet said OnFailure, which every API server rejects, and kubernetes-validate does not.
    for name, template in pods(objects).items():
        assert template["spec"].get("restartPolicy", "Always") == "Always", name


def test_images_have_a_version(objects):
    for template in pods(objects).values():
        for container in template["spec"]["containers"]:
            assert re.search(r":\d+\.\d+\.\d+$|@sha256:", container["image"])
            assert container["imagePullPolicy"] == "IfNotPresent"


def test_the_version_is_that_of_the_program(objects):
    version = re.search(r'current = "(.*)"', (ROOT / "Sources/AddressSync/Status/Version.swift").read_text())[1]
    for template in pods(objects).values():
        assert template["spec"]["containers"][0]["image"].endswith(f":{version}")


def test_probes_ask_the_processes(objects):
    for template in pods(objects).values():
        for container in template["spec"]["containers"]:
            assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
            assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
            assert "exec" not in container["livenessProbe"] and "exec" not in container["readinessProbe"]


def test_selectors_choose_their_pods_and_have_no_version(objects):
    selectors = [each for each in objects if each["kind"] in ("Deployment", "DaemonSet")]
    for each in selectors:
        wanted = each["spec"]["selector"]["matchLabels"]
        assert wanted.items() <= each["spec"]["template"]["metadata"]["labels"].items()
        assert "app.kubernetes.io/version" not in wanted and "part-of" not in str(wanted)


def test_the_service_has_endpoints_that_speak_http(objects):
    service = one(objects, "Service")
    template = pods(objects)["esddns-leader"]
    assert service["spec"]["selector"].items() <= template["metadata"]["labels"].items()
    named = {each["name"]: each["containerPort"] for each in template["spec"]["containers"][0]["ports"]}
    for port in service["spec"]["ports"]:
        assert named[port["targetPort"]] == 8080
        # What is served is HTTP: nothing may pretend to be HTTPS.
        assert port["port"] != 443 and "https" not in port["name"]


def test_monitoring_is_no_part_of_the_overlays(objects):
    # Objects of kinds that a cluster may not have would make the whole installation fail.
    assert not [each for each in objects if "monitoring.coreos.com" in each["apiVersion"]]


def test_every_setting_exists(objects):
    known = settings()
    for each in objects:
        if each["kind"] == "ConfigMap":
            for name in each.get("data", {}):
                assert name in known or name.removesuffix("_FILE") in known, name
    for template in pods(objects).values():
        for variable in template["spec"]["containers"][0]["env"]:
            assert variable["name"] in known


def test_settings_replace_the_pods_that_use_them(objects):
    generated = {each["metadata"]["name"] for each in objects if each["kind"] == "ConfigMap" and "data" in each}
    for template in pods(objects).values():
        for source in template["spec"]["containers"][0]["envFrom"]:
            name = source["configMapRef"]["name"]
            assert name in generated and re.search(r"-[a-z0-9]{10}$", name)


def test_only_updaters_have_credentials_and_nobody_has_a_secret_in_the_environment(objects):
    templates = pods(objects)
    # Leaders write no records: of the Secret they have only whom to notify.
    given = [each["secret"] for each in templates["esddns-leader"]["spec"]["volumes"] if "secret" in each]
    assert [item["key"] for each in given for item in each["items"]] == [
        "ESDDNS_NOTIFY_URL", "ESDDNS_NOTIFY_HEADERS", "ESDDNS_PING_URL"]
    assert all(each["optional"] and each["defaultMode"] == 0o440 for each in given)
    for template in templates.values():
        assert "secretKeyRef" not in json.dumps(template) and "secretRef" not in json.dumps(template)
    volume = [each for each in templates["esddns-updater"]["spec"]["volumes"] if each["name"] == "credentials"][0]
    assert volume["secret"]["secretName"] == "esddns-credentials"
    # Files of root that the group of the pod may read.
    assert volume["secret"]["defaultMode"] == 0o440 and templates["esddns-updater"]["spec"]["securityContext"]["fsGroup"]
    mount = [
        each
        for each in templates["esddns-updater"]["spec"]["containers"][0]["volumeMounts"]
        if each["name"] == "credentials"
    ][0]
    for each in objects:
        for name, value in each.get("data", {}).items() if each["kind"] == "ConfigMap" else []:
            if name.endswith("_FILE"):
                assert value == f"{mount['mountPath']}/{name.removesuffix('_FILE')}"
    assert not [each for each in objects if each["kind"] == "Secret"]


def test_all_built_in_sources_pass_the_network_policy(objects):
    source = (ROOT / "Sources/WANDetection/AddressSource/AddressSource+Defaults.swift").read_text()
    ports = {int(each) for each in re.findall(r'"[a-z0-9.-]+:(\d+)', source)}
    assert 3478 in ports and 19302 in ports
    for policy in [each for each in objects if each["kind"] == "NetworkPolicy"]:
        open_ports = {each["port"] for rule in policy["spec"]["egress"] for each in rule["ports"]}
        assert ports | {53, 443, 6443} <= open_ports
