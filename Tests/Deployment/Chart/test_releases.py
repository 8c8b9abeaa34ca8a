"""Several releases side by side, and what an upgrade may change of one."""

import itertools

import pytest
from conftest import LEAST, PRESETS, merged, preset_values
from test_presets import EVERYTHING

NAMES = ["esddns-operator", "home", "esddns-home", "a-release-name-as-long-as-helm-takes-it-with-53-bytes",
         "a-release-name-as-long-as-helm-takes-it-with-53-byteZ".lower()]


@pytest.mark.parametrize("name,full", [
    ("esddns-operator", "esddns"), ("esddns", "esddns"), ("home", "home-esddns"), ("esddns-home", "esddns-home"),
    ("home-esddns-operator", "home-esddns"),
])
def test_names_follow_from_the_release(render, name, full):
    release = render(LEAST, name=name)
    assert release.one("Deployment", f"{full}-leader") and release.one("DaemonSet", f"{full}-updater")
    for component in ("leader", "updater"):
        environment = release.environment(component)
        assert environment["ESDDNS_LEASE_NAME"] == f"{full}-leader"
        assert environment["ESDDNS_ADDRESS_CONFIGMAP"] == f"{full}-wan-address"
        assert environment["ESDDNS_RECORDS_CONFIGMAP"] == f"{full}-records"
    # Leaders make it anew when it is deleted before they are; it is owned by a ConfigMap of the release instead.
    assert release.of("Lease") == []


@pytest.mark.parametrize("one,other", list(itertools.combinations(NAMES, 2)))
def test_releases_in_one_namespace_do_not_meet(render, one, other):
    values = merged(EVERYTHING, {"settings": {"families": ["ipv4", "ipv6"]}})
    first, second = render(values, name=one), render(values, name=other)
    assert set(first.names()) & set(second.names()) == set()
    for component in ("leader", "updater"):
        mine = first.workload(component)["spec"]["selector"]["matchLabels"]
        others = second.workload(component)["spec"]["template"]["metadata"]["labels"]
        assert not mine.items() <= others.items()
        for name in ("ESDDNS_LEASE_NAME", "ESDDNS_ADDRESS_CONFIGMAP", "ESDDNS_RECORDS_CONFIGMAP"):
            assert first.environment(component)[name] != second.environment(component)[name]


def test_releases_of_one_name_in_two_namespaces_do_not_meet(render):
    values = merged(LEAST, {"settings": {"addressSource": "service/ingress/controller"}})
    first, second = render(values, namespace="one"), render(values, namespace="two")
    assert set(first.names()) & set(second.names()) == set()


STATE = {"esddns-wan-address", "esddns-wan-address-ipv6", "esddns-records"}
VALUES = {name: preset_values(name) for name in PRESETS} | {"least": LEAST, "everything": EVERYTHING}


@pytest.mark.parametrize("name", VALUES)
def test_no_revision_has_data_for_what_the_program_writes(render, name):
    for is_upgrade in (False, True):
        release = render(VALUES[name], is_upgrade=is_upgrade, is_install=not is_upgrade, revision=7 if is_upgrade else 1)
        maps = [one for one in release.of("ConfigMap") if one["metadata"]["name"] in STATE]
        assert {"esddns-wan-address", "esddns-records"} <= {one["metadata"]["name"] for one in maps}
        for one in maps:
            assert set(one) == {"apiVersion", "kind", "metadata"}
            # A hook would delete and make it again.
            assert not [key for key in one["metadata"].get("annotations", {}) if key.startswith("helm.sh/")]


@pytest.mark.parametrize("one,other", list(itertools.combinations(VALUES, 2)))
def test_an_upgrade_changes_nothing_that_cannot_be_changed(render, one, other):
    first, second = render(VALUES[one]), render(VALUES[other])
    for component in ("leader", "updater"):
        before, after = first.workload(component), second.workload(component)
        assert before["metadata"]["name"] == after["metadata"]["name"]
        assert before["spec"]["selector"] == after["spec"]["selector"]
    roles = {binding["metadata"]["name"]: binding["roleRef"] for binding in first.of("RoleBinding")}
    for binding in second.of("RoleBinding"):
        assert roles.get(binding["metadata"]["name"], binding["roleRef"]) == binding["roleRef"]


def test_nothing_depends_on_chance(chart):
    def text():
        return chart.render(EVERYTHING, name="esddns-operator", namespace="esddns-system")

    assert text() == text()


def test_nothing_is_left_when_a_release_is_removed(render):
    for one in render(EVERYTHING).objects:
        assert "helm.sh/resource-policy" not in one["metadata"].get("annotations", {})
