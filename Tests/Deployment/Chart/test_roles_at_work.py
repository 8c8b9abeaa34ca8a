"""Leaders and updaters do their work against a server that enforces the chart's Roles: every request of theirs is allowed, there is no
permission that they do not use, and what they export is what alerts and dashboard ask for."""

import re

import pytest
from cluster_at_work import EVENTS, ClusterAtWork
from conftest import LEAST
from test_executables import ARE_MISSING, DIRECTORY
from test_monitoring import FOREIGN_LABELS, labels_in, names_in, queries, rules
from test_presets import check_custom

pytestmark = ARE_MISSING

NAMESPACE = "there"
RECORDS = {"records": [{"name": "home.example.com", "types": ["A", "AAAA"]}], "settings": {"families": ["ipv4", "ipv6"]}}


def started(cluster, release):
    cluster.apply(release.objects)
    for component in ("leader", "updater"):
        environment = {name: value for name, value in release.environment(component).items() if not value.startswith("pod:")}
        cluster.start_pods(component, release.pod(component)["serviceAccountName"], environment)


def unused(cluster, release, component):
    account = release.pod(component)["serviceAccountName"]
    bound = {one["roleRef"]["name"] for one in release.of("RoleBinding") if account in [each["name"] for each in one["subjects"]]}
    rules = [rule for one in release.of("Role") if one["metadata"]["name"] in bound for rule in one["rules"]]
    return cluster.unused_permissions(account, rules)


@pytest.fixture(scope="module")
def lived(render, tmp_path_factory):
    """What is left of a life with changes: permissions that nobody used, and what the processes say of themselves."""
    release = render({"gandi": LEAST["gandi"]}, RECORDS, name="home", namespace=NAMESPACE)
    with ClusterAtWork(DIRECTORY, tmp_path_factory.mktemp("lived"), NAMESPACE) as cluster:
        started(cluster, release)
        cluster.live_through_changes(address="home-esddns-wan-address", lease="home-esddns-leader")
        metrics = "".join(cluster.metrics(label) for label in cluster.labels("leader") + cluster.labels("updater"))
        cluster.live_without_watching(role="home-esddns-updater", records="home-esddns-records")
        return {component: unused(cluster, release, component) for component in ("leader", "updater")}, metrics


@pytest.mark.parametrize("component", ["leader", "updater"])
def test_permissions_suffice_and_are_used(lived, component):
    assert lived[0][component] <= EVENTS


def exported(text):
    """The labels of each metric, by the names of samples."""
    result = {}
    for name, labels in re.findall(r"^([a-z_]+)(?:\{(.*)\})? \S+$", text, re.M):
        result.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
    assert len(result) > 30
    return result


@pytest.mark.parametrize("expression", queries() + [rule["expr"] for rule in rules()])
def test_expressions_are_about_what_the_executables_export(lived, expression):
    metrics = exported(lived[1])
    assert names_in(expression) - metrics.keys() == set()
    assert labels_in(expression) <= set.union(*(metrics[name] for name in names_in(expression))) | FOREIGN_LABELS


def test_permissions_for_services_and_endpoints_are_used(render, tmp_path):
    release = render({"global": LEAST["global"], "provider": "dnsendpoint", "settings": {"addressSource": "service/ingress/web"}},
                     name="home", namespace=NAMESPACE)

    def balanced(address):
        return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "ingress"},
                "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
                "status": {"loadBalancer": {"ingress": [{"ip": address}]}}}

    def endpoint():
        items = cluster.request(f"apis/externaldns.k8s.io/v1alpha1/namespaces/{NAMESPACE}/dnsendpoints")["items"]
        for one in items:
            check_custom(one)
        return [target for one in items for each in one["spec"]["endpoints"] for target in each["targets"]]

    with ClusterAtWork(DIRECTORY, tmp_path, NAMESPACE) as cluster:
        cluster.apply([balanced("93.184.216.7")])
        cluster.set_status(balanced("93.184.216.7"))
        started(cluster, release)
        for number in (7, 8):
            cluster.set_status(balanced(f"93.184.216.{number}"))
            cluster.until("the object has the address", lambda address=f"93.184.216.{number}": endpoint() == [address])
        # Updaters read the Service where no leader is left to do it.
        for label in cluster.labels("leader"):
            cluster.kill(label)
        cluster.set_status(balanced("93.184.216.9"))
        cluster.until("the object has the address", lambda: endpoint() == ["93.184.216.9"])
        assert {one for one in unused(cluster, release, "leader") if one[1] == "services"} == set()
        assert {one for one in unused(cluster, release, "updater") if one[1] in ("services", "dnsendpoints")} == set()
