"""Roles allow what docs/cluster.md says, by the names of this release's objects, and nothing else."""

import re

import pytest
import yaml
from conftest import LEAST, ROOT, merged

DOCUMENT = (ROOT / "docs/cluster.md").read_text()
IPV6 = {"settings": {"families": ["ipv4", "ipv6"]}}


def documented(name):
    for block in re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL):
        for one in yaml.safe_load_all(block):
            if isinstance(one, dict) and one.get("kind") == "Role" and one["metadata"]["name"] == name:
                return one["rules"]
    raise AssertionError(f"docs/cluster.md has no Role {name}")


def grants(rules):
    """One (group, resource, name, verb) for each thing that is allowed."""
    return {
        (group, resource, name, verb)
        for rule in rules for group in rule["apiGroups"] for resource in rule["resources"]
        for name in rule.get("resourceNames", ["*"]) for verb in rule["verbs"]
    }


def test_leaders_may_do_what_is_documented(render):
    assert grants(render(LEAST, IPV6).one("Role", "esddns-leader")["rules"]) == grants(documented("esddns-leader"))


def test_updaters_may_do_what_is_documented(render):
    assert grants(render(LEAST, IPV6).one("Role", "esddns-updater")["rules"]) == grants(documented("esddns-updater"))


def test_a_service_is_read_in_its_own_namespace(render):
    release = render(LEAST, {"settings": {"addressSource": "service/ingress-nginx/ingress-nginx-controller"}})
    role = release.one("Role", "esddns-system-esddns-service-reader")
    assert role["metadata"]["namespace"] == "ingress-nginx"
    assert grants(role["rules"]) == grants(documented("esddns-service-reader"))
    binding = release.one("RoleBinding", "esddns-system-esddns-service-reader")
    assert binding["metadata"]["namespace"] == "ingress-nginx"
    assert {(one["name"], one["namespace"]) for one in binding["subjects"]} == {
        ("esddns-leader", "esddns-system"), ("esddns-updater", "esddns-system")}


def test_endpoints_are_written_only_by_their_provider(render):
    def endpoints(*values):
        rules = render(LEAST, *values).one("Role", "esddns-updater")["rules"]
        return {grant for grant in grants(rules) if grant[0] == "externaldns.k8s.io"}

    assert endpoints() == set()
    assert endpoints({"provider": "dnsendpoint"}) == {
        ("externaldns.k8s.io", "dnsendpoints", "esddns", "get"), ("externaldns.k8s.io", "dnsendpoints", "esddns", "update"),
        ("externaldns.k8s.io", "dnsendpoints", "*", "create")}
    two = endpoints({"provider": "dnsendpoint", "dnsendpoint": {"name": "mine"},
                     "records": [{"name": "a.example", "provider": "dnsendpoint", "label": "inside"}],
                     "accounts": [{"provider": "dnsendpoint", "label": "inside"}]})
    assert {name for _, _, name, _ in two} == {"mine", "esddns-inside", "*"}


def test_every_release_names_its_endpoint_object(render):
    environment = render(LEAST, {"provider": "dnsendpoint"}, name="home").environment("updater")
    assert environment["ESDDNS_DNSENDPOINT_NAME"] == "home-esddns"


@pytest.mark.parametrize("values", [LEAST, merged(LEAST, IPV6, {"provider": "dnsendpoint"})])
def test_nothing_is_allowed_to_everybody_or_everywhere(render, values):
    release = render(values)
    for role in release.of("Role"):
        for group, resource, name, verb in grants(role["rules"]):
            assert "*" not in (group, resource, verb) and resource != "secrets"
            # Only what does not exist yet, and events, cannot be named.
            assert name != "*" or verb == "create" or resource == "events"
    for binding in release.of("RoleBinding"):
        assert all(one["kind"] == "ServiceAccount" for one in binding["subjects"])


def test_each_component_has_its_own_account_and_asks_for_its_token(render):
    release = render(LEAST)
    for component in ("leader", "updater"):
        assert release.pod(component)["serviceAccountName"] == f"esddns-{component}"
        assert release.pod(component)["automountServiceAccountToken"] is True
        assert release.one("ServiceAccount", f"esddns-{component}")["automountServiceAccountToken"] is False
        binding = release.one("RoleBinding", f"esddns-{component}")
        assert [one["name"] for one in binding["subjects"]] == [f"esddns-{component}"]
        assert binding["roleRef"]["name"] == f"esddns-{component}"


def test_accounts_and_roles_of_others_can_be_used(render):
    accounts = {component: {"serviceAccount": {"create": False, "name": "mine"}} for component in ("leader", "updater")}
    release = render(LEAST, accounts, {"rbac": {"create": False}})
    assert release.of("ServiceAccount") == release.of("Role") == release.of("RoleBinding") == []
    assert release.pod("updater")["serviceAccountName"] == "mine"


def test_clouds_identities_are_annotations_of_updaters(render):
    annotations = {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/esddns"}
    release = render(LEAST, {"updater": {"serviceAccount": {"annotations": annotations}}})
    assert release.one("ServiceAccount", "esddns-updater")["metadata"]["annotations"] == annotations
    assert "annotations" not in release.one("ServiceAccount", "esddns-leader")["metadata"]
