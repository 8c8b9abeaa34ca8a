"""deploy/deploy-metallb.sh against a kubectl that only records, and its reading of ranges of addresses."""

import json
import subprocess

import pytest
import yaml

from deployment_support import ROOT, FakeCluster, check_custom, one

SCRIPT = "deploy/deploy-metallb.sh"
KEY = "pat-7f3a-never-seen"
RANGE = "192.168.1.240-192.168.1.250"
REST = ["--", "--records", "home.site.test"]
MANIFEST = "apiVersion: v1\nkind: Namespace\nmetadata: {name: metallb-system}\n"
HEALTHY = [
    {"call": r"get --raw /version", "out": "{}"},
    {"call": r"get deployments --namespace metallb-system", "out": ""},
    {"call": r"get namespace", "out": ""},
    {"call": r"get deployment esddns-leader", "out": ""},
    {"call": r"get configmap kube-proxy", "out": "mode: iptables\n"},
    {"call": r"auth can-i", "out": "yes\n"},
    {"call": r"get service esddns-leader", "out": "192.168.1.240"},
    {"call": r"^apply", "out": "applied\n"},
    {"call": r"^delete", "out": ""},
    {"call": r"^rollout status"},
]


@pytest.fixture
def cluster(tmp_path):
    return lambda *rules: FakeCluster(tmp_path, [*rules, *HEALTHY])


@pytest.fixture
def manifest(tmp_path):
    file = tmp_path / "metallb.yaml"
    file.write_text(MANIFEST)
    return ["--manifest", str(file)]


def run(fake, *arguments, **environment):
    return fake.run(SCRIPT, *arguments, RETRY_SECONDS="0", ESDDNS_GANDI_TOKEN=KEY, **environment)


def test_installs_metallb_then_the_pool_then_esddns(cluster, manifest):
    fake = cluster()
    done = run(fake, "production", RANGE, "2001:db8::/120", *manifest, *REST)
    assert done.returncode == 0, done.stderr
    kinds = [each["kind"] for each in fake.applied()]
    assert kinds[:3] == ["Namespace", "IPAddressPool", "L2Advertisement"] and "DaemonSet" in kinds[3:]
    pool = one(fake.applied(), "IPAddressPool")
    assert pool["spec"]["addresses"] == [RANGE, "2001:db8::/120"]
    assert one(fake.applied(), "Service")["spec"]["type"] == "LoadBalancer"
    assert "http://192.168.1.240/" in done.stdout
    assert KEY not in json.dumps([each["arguments"] for each in fake.calls]) + done.stdout + done.stderr
    fake.check_nothing_left()


@pytest.mark.parametrize("bgp", [None, "my-asn=64500,peer-asn=64501,peer=192.168.1.1"])
def test_objects_fit_the_schemas_of_metallb(cluster, manifest, bgp):
    fake = cluster()
    done = run(fake, "production", RANGE, *(["--bgp", bgp] if bgp else []), "--dry-run", *REST)
    assert done.returncode == 0, done.stderr
    objects = [each for each in yaml.safe_load_all(done.stdout) if each]
    custom = [each for each in objects if each["apiVersion"].startswith("metallb.io")]
    assert len(custom) == (3 if bgp else 2) and fake.calls == []
    # The kind that its releases have dropped.
    assert "AddressPool" not in {each["kind"] for each in custom}
    for each in custom:
        check_custom(each)
    if bgp:
        assert one(objects, "BGPPeer")["spec"] == {"myASN": 64500, "peerASN": 64501, "peerAddress": "192.168.1.1"}


def test_an_installed_metallb_is_left_alone(cluster):
    fake = cluster({"call": "get deployments --namespace metallb-system", "out": "deployment.apps/controller\n"})
    done = run(fake, "production", RANGE, *REST)
    assert done.returncode == 0, done.stderr
    assert [each["kind"] for each in fake.applied()][:2] == ["IPAddressPool", "L2Advertisement"]


def test_a_webhook_that_is_not_up_yet_is_waited_for(cluster, manifest):
    fake = cluster(
        {"call": "apply.*pool.yaml", "times": 3, "code": 1, "err": "failed calling webhook: connection refused\n"}
    )
    assert run(fake, "production", RANGE, *manifest, *REST).returncode == 0
    assert len([each for each in fake.changes if "pool.yaml" in each["arguments"][-1]]) == 4


def test_a_webhook_that_refuses_is_not(cluster, manifest):
    fake = cluster({"call": "apply.*pool.yaml", "code": 1, "err": "denied the request: overlaps\n"})
    done = run(fake, "production", RANGE, *manifest, *REST)
    assert done.returncode == 1 and "MetalLB refuses the ranges" in done.stderr and "overlaps" in done.stderr
    assert "DaemonSet" not in {each["kind"] for each in fake.applied()}


def test_a_page_without_an_address_fails(cluster, manifest):
    fake = cluster({"call": "get service esddns-leader", "out": ""})
    done = run(fake, "production", RANGE, "--timeout", "1", *manifest, *REST)
    assert done.returncode == 1 and "has no address after 1 s" in done.stderr


@pytest.mark.parametrize("bgp,outdated", [
    ([], ["bgpadvertisements.metallb.io", "bgppeers.metallb.io"]),
    (["--bgp", "my-asn=64500,peer-asn=64501,peer=192.168.1.1"], ["l2advertisements.metallb.io"]),
])
def test_what_the_other_mode_has_announced_is_taken_back(cluster, manifest, bgp, outdated):
    fake = cluster()
    assert run(fake, "production", RANGE, *bgp, *manifest, *REST).returncode == 0
    deleted = [each["arguments"] for each in fake.changes if "delete" in each["arguments"]]
    assert [each[each.index("delete") + 1] for each in deleted] == outdated
    # Nobody else's.
    assert all("metadata.name=esddns" in each and "app.kubernetes.io/part-of=esddns" in each for each in deleted)


def test_a_host_name_will_do(cluster, manifest):
    fake = cluster({"call": "get service esddns-leader", "out": "lb.site.test"})
    assert "http://lb.site.test/" in run(fake, "production", RANGE, *manifest, *REST).stdout


@pytest.mark.parametrize(
    "arguments,message",
    [
        (["prod", RANGE], "is no environment"),
        (["production"], "which range of addresses"),
        (["production", "192.168.1.0/33"], "at most 32 bits"),
        (["production", "192.168.1.7/24"], "not the first address of a /24"),
        (["production", "192.168.1.250-192.168.1.240"], "192.168.1.240 is before 192.168.1.250"),
        (["production", "192.168.1.240-2001:db8::1"], "is no IPv4 address"),
        (["production", RANGE, "192.168.1.300/32"], '"192.168.1.300" is no IP address'),
        (["production", "127.0.0.0/8"], "cannot be an address of a machine"),
        (["production", RANGE, "--pool", "A"], "expected a name such as esddns"),
        (["production", RANGE, "--bgp", "my-asn=0,peer-asn=1,peer=192.168.1.1"], '"0" is no AS number'),
        (["production", RANGE, "--bgp", "my-asn=1,peer-asn=4294967296,peer=192.168.1.1"], "is no AS number"),
        (["production", RANGE, "--bgp", "my-asn=1,peer-asn=2,peer=router"], "is no IP address"),
        (["production", RANGE, "--bgp", "asn=1"], 'asn=1": expected'),
        (["production", RANGE, "--manifest", "/nonexistent"], "there is no such file"),
        (["production", RANGE, "--records", "x"], "options of deploy.sh come behind --"),
        (["production", RANGE, "--", "--service", "NodePort"], "this script decides that"),
    ],
)
def test_a_wrong_command_line_is_one_message(cluster, arguments, message):
    fake = cluster()
    done = run(fake, *arguments)
    assert done.returncode == 64 and message in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr
    assert fake.calls == []


@pytest.mark.parametrize(
    "rules,key,rest,message",
    [
        ([{"call": "get --raw", "code": 1, "err": "refused\n"}], KEY, REST, "no cluster answers"),
        ([{"call": "can-i create ipaddresspools", "out": "no\n"}], KEY, REST, "create ipaddresspools.metallb.io in metallb-system"),
        ([{"call": "can-i patch customresourcedefinitions", "out": "no\n"}], KEY, REST, "patch customresourcedefinitions"),
        ([{"call": "can-i create daemonsets.apps --namespace esddns", "out": "no\n"}], KEY, REST, "daemonsets.apps in esddns-system"),
        ([], "", REST, "no key for gandi"),
        ([], KEY, ["--", "--provider", "gandy", "--records", "home.site.test"], "no such provider"),
        ([], KEY, [], "no records to keep in step"),
        (
            [{"call": "get configmap kube-proxy", "out": 'mode: "ipvs"\nipvs:\n  strictARP: false\n'}],
            KEY, REST, "IPVS mode without strictARP",
        ),
    ],
)
def test_what_is_missing_is_said_before_anything_is_changed(cluster, manifest, rules, key, rest, message):
    fake = cluster(*rules)
    done = fake.run(SCRIPT, "production", RANGE, *manifest, *rest, RETRY_SECONDS="0", ESDDNS_GANDI_TOKEN=key)
    assert done.returncode == 1 and message in done.stderr, done.stderr
    assert fake.changes == []
    fake.check_nothing_left()


def test_a_manifest_that_is_not_the_released_one_is_refused(cluster):
    fake = cluster()
    curl = fake.path / "curl"
    curl.write_text('#!/bin/bash\nwhile (($#)); do [[ $1 != --output ]] || echo other >"$2"; shift; done\n')
    curl.chmod(0o755)
    done = run(fake, "production", RANGE, *REST)
    assert done.returncode == 1 and "is not what it was when v0.16.1 was released" in done.stderr
    assert fake.changes == []


@pytest.mark.parametrize(
    "text,digits",
    [
        ("::", "0" * 32),
        ("::1", "0" * 31 + "1"),
        ("2001:DB8::", "20010db8" + "0" * 24),
        ("1:2:3:4:5:6:7::", "00010002000300040005000600070000"),
        ("1:2:3:4:5:6:7:8", "00010002000300040005000600070008"),
        ("1:2:3:4:5:6:7:8:9", None),
        ("1:2:3:4:5:6:7", None),
        ("1::2::3", None),
        (":1::", None),
        ("1::2:", None),
        ("g::", None),
        ("12345::", None),
        ("", None),
        ("$(id)::", None),
    ],
)
def test_ipv6_addresses(text, digits):
    done = subprocess.run(
        ["bash", "-c", 'set -euo pipefail; source deploy/lib/ranges.sh; ipv6_digits "$1"', "x", text],
        cwd=ROOT, capture_output=True, text=True,
    )
    assert (done.stdout.strip() if done.returncode == 0 else None) == digits, done.stderr
