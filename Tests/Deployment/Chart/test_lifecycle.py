"""Helm itself installs, upgrades, rolls back and removes releases, against a server that remembers what was asked of it."""

import contextlib
import copy

import helm_python
import pytest
from api_server import APIServer
from conftest import CHART, KUBERNETES, LEAST, merged, preset_values

NAMESPACE = "esddns-system"
IPV6 = {"settings": {"families": ["ipv4", "ipv6"]}}
# As the program writes them.
STATE = {
    "esddns-wan-address": {"ipv4": "93.184.216.7", "condition": "Confirmed", "heartbeat": "4711", "epoch": "184467"},
    "esddns-records": {"example.com_A": '{"phase":"Synced"}'},
}


@contextlib.contextmanager
def cluster(**options):
    with APIServer(**options).running() as server:
        with helm_python.Config(kubeconfig_content=server.kubeconfig, namespace=NAMESPACE, storage_driver="memory", burst_limit=1000,
                                qps=1000) as helm:
            yield server, helm


def write_state(server):
    for name, data in STATE.items():
        server.write("configmaps", NAMESPACE, name, {"data": copy.deepcopy(data)})


def state(server):
    return {name: server.get("configmaps", NAMESPACE, name).get("data") for name in STATE}


@pytest.mark.parametrize("values", [
    LEAST, merged(LEAST, IPV6), preset_values("production"), merged(LEAST, {"commonLabels": {"team": "network"}}),
    merged(LEAST, {"records": [{"name": "other.example.com"}]}), {"global": LEAST["global"], "gandi": {"existingSecret": "mine"}},
])
def test_upgrade_and_rollback_keep_what_the_program_has_written(values):
    with cluster() as (server, helm):
        helm.install(CHART, "esddns-operator", LEAST, namespace=NAMESPACE)
        assert state(server) == dict.fromkeys(STATE)
        write_state(server)
        helm.upgrade(CHART, "esddns-operator", values, namespace=NAMESPACE)
        assert state(server) == STATE
        helm.rollback("esddns-operator", version=1)
        assert state(server) == STATE
        for method, path, body in server.changes:
            if path.rpartition("/")[2] in STATE:
                assert method == "PATCH" and "data" not in body


def test_an_upgrade_starts_only_what_has_to_be():
    with cluster() as (server, helm):
        helm.install(CHART, "esddns-operator", LEAST, namespace=NAMESPACE)

        def pods():
            return [server.get(plural, NAMESPACE, name)["spec"]["template"]
                    for plural, name in (("deployments", "esddns-leader"), ("daemonsets", "esddns-updater"))]

        before = copy.deepcopy(pods())
        helm.upgrade(CHART, "esddns-operator", merged(LEAST, {"service": {"type": "NodePort"}}), namespace=NAMESPACE)
        assert pods() == before
        helm.upgrade(CHART, "esddns-operator", merged(LEAST, {"gandi": {"apiKey": "another"}}), namespace=NAMESPACE)
        assert pods()[0] == before[0] and pods()[1] != before[1]


def test_removing_leaves_nothing():
    with cluster() as (server, helm):
        helm.install(CHART, "esddns-operator", merged(LEAST, IPV6, {"networkPolicy": {"enabled": True}}), namespace=NAMESPACE)
        assert len(server.names(NAMESPACE, without=())) > 15
        write_state(server)
        helm.uninstall("esddns-operator")
        assert server.names(NAMESPACE, without=()) == set()


def test_two_releases_live_and_end_side_by_side():
    with cluster() as (server, helm):
        helm.install(CHART, "esddns-operator", LEAST, namespace=NAMESPACE)
        first = server.names(NAMESPACE, without=())
        helm.install(CHART, "home", LEAST, namespace=NAMESPACE)
        both = server.names(NAMESPACE, without=())
        assert first < both and len(both) == 2 * len(first)
        write_state(server)
        helm.uninstall("home")
        assert server.names(NAMESPACE, without=()) == first and state(server) == STATE


def test_a_second_release_of_the_same_names_is_refused_before_anything_is_changed():
    with cluster() as (server, helm):
        helm.install(CHART, "esddns-operator", LEAST, namespace=NAMESPACE)
        before = copy.deepcopy(server.objects)
        with pytest.raises(helm_python.HelmError, match="esddns"):
            helm.install(CHART, "esddns", LEAST, namespace=NAMESPACE)
        assert server.objects == before


@pytest.mark.parametrize("knows", [True, False])
def test_monitors_and_alerts_follow_what_the_cluster_knows(knows):
    with cluster(without=() if knows else ("monitoring.coreos.com",)) as (server, helm):
        release = helm.install(CHART, "esddns-operator", LEAST, namespace=NAMESPACE)
        made = {plural for plural, _ in server.names(NAMESPACE)} & {"servicemonitors", "podmonitors", "prometheusrules"}
        assert made == ({"servicemonitors", "podmonitors", "prometheusrules"} if knows else set())
        assert ("no Prometheus Operator" in release["notes"]) != knows


@pytest.mark.parametrize("values", [{}, {"global": {"domain": "example.com"}}, merged(LEAST, {"gandi": {"apiKy": "x"}}),
                                    merged(LEAST, {"provider": "gandi:work"})])
def test_wrong_values_change_nothing(values):
    with cluster() as (server, helm):
        with pytest.raises(helm_python.HelmError):
            helm.install(CHART, "esddns-operator", values, namespace=NAMESPACE)
        assert server.changes == [] and server.objects == {}
        helm.install(CHART, "esddns-operator", LEAST, namespace=NAMESPACE)
        before = copy.deepcopy(server.objects)
        if not values:
            return  # An upgrade without values keeps those that there were.
        with pytest.raises(helm_python.HelmError):
            helm.upgrade(CHART, "esddns-operator", values, namespace=NAMESPACE)
        assert server.objects == before


# Clouds put something behind the number, which makes it look like a preview.
@pytest.mark.parametrize("version", [*(f"v{minor}.0" for minor in KUBERNETES), "v1.28.15-eks-7f9249a", "v1.34.1-gke.2909000"])
def test_every_supported_kubernetes_is_installed_on(version):
    with cluster(kubernetes=version) as (server, helm):
        helm.install(CHART, "esddns-operator", LEAST, namespace=NAMESPACE)
        assert ("deployments", "esddns-leader") in server.names(NAMESPACE)


def test_an_older_kubernetes_is_refused_before_anything_is_changed():
    with cluster(kubernetes="v1.27.16") as (server, helm):
        with pytest.raises(helm_python.HelmError, match=r"kubeVersion: >=1\.28"):
            helm.install(CHART, "esddns-operator", LEAST, namespace=NAMESPACE)
        assert server.changes == []


def test_the_notes_tell_how_to_check():
    with cluster() as (_, helm):
        notes = helm.install(CHART, "home", merged(LEAST, IPV6), namespace=NAMESPACE)["notes"]
        for text in ("rollout status deployment/home-esddns-leader daemonset/home-esddns-updater",
                     "get configmap home-esddns-wan-address home-esddns-wan-address-ipv6 home-esddns-records",
                     "get lease home-esddns-leader", "port-forward service/home-esddns-leader", "existingSecret", "example.com A"):
            assert text in notes
        assert LEAST["gandi"]["apiKey"] not in notes
