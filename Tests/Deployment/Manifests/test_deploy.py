"""deploy/deploy.sh against a kubectl that only records: what it checks, in which order, and what it never does."""

import json
import re
import shutil

import pytest
import yaml

from deployment_support import ROOT, FakeCluster, one, secret_settings

SCRIPT = "deploy/deploy.sh"
KEY = "pat-7f3a-never-seen"
RECORDS = ["--records", "home.site.test"]
HEALTHY = [
    {"call": r"get --raw /version", "out": "{}"},
    {"call": r"get namespace", "out": ""},
    {"call": r"get deployment esddns-leader", "out": ""},
    {"call": r"get services", "out": "default/other 30001 \nesddns-system/esddns-leader 30808 \n"},
    {"call": r"auth can-i", "out": "yes\n"},
    {"call": r"^apply"},
    {"call": r"^rollout status", "out": "rolled out\n"},
]
INSTALLED = [
    {"call": r"get namespace", "out": "namespace/esddns-system\n"},
    {"call": r"get secret esddns-credentials", "out": "ESDDNS_GANDI_TOKEN\n"},
]


@pytest.fixture
def cluster(tmp_path):
    return lambda *rules: FakeCluster(tmp_path, [*rules, *HEALTHY])


def test_installs_into_an_empty_cluster(cluster):
    fake = cluster()
    done = fake.run(SCRIPT, "production", *RECORDS, ESDDNS_GANDI_TOKEN=KEY)
    assert done.returncode == 0, done.stderr
    objects = fake.applied()
    # The namespace, then the key, then those who need it.
    assert [each["kind"] for each in objects[:3]] == ["Namespace", "Secret", "Namespace"]
    secret = one(objects, "Secret")
    assert secret["metadata"]["namespace"] == "esddns-system" and list(secret["data"]) == ["ESDDNS_GANDI_TOKEN"]
    settings = [each for each in objects if each["metadata"]["name"].startswith("esddns-updater-settings")][0]["data"]
    assert settings["ESDDNS_RECORDS"] == "home.site.test"
    assert settings["ESDDNS_GANDI_TOKEN_FILE"] == "/etc/esddns/secrets/ESDDNS_GANDI_TOKEN"
    waits = [each["arguments"] for each in fake.calls if "rollout" in each["arguments"]]
    assert ["deployment/esddns-leader" in waits[0], "daemonset/esddns-updater" in waits[1]] == [True, True]
    assert "kubectl get configmap esddns-records -n esddns-system" in done.stdout
    fake.check_nothing_left()


def test_the_key_is_in_no_command_line_and_in_no_output(cluster):
    fake = cluster()
    done = fake.run(SCRIPT, "production", *RECORDS, ESDDNS_GANDI_TOKEN=KEY)
    assert done.returncode == 0
    assert KEY not in json.dumps([each["arguments"] for each in fake.calls])
    assert KEY not in done.stdout + done.stderr


@pytest.mark.parametrize("key", [KEY, KEY * 100])
def test_dry_run_shows_everything_but_the_key_and_asks_nobody(cluster, key):
    import base64

    fake = cluster({"call": ".*", "code": 1, "err": "must not be asked"})
    done = fake.run(SCRIPT, "production", *RECORDS, "--dry-run", ESDDNS_GANDI_TOKEN=key)
    assert done.returncode == 0, done.stderr
    assert fake.calls == []
    assert one(yaml.safe_load_all(done.stdout), "Secret")["stringData"] == {"ESDDNS_GANDI_TOKEN": "(redacted)"}
    assert key[:12] not in done.stdout and base64.b64encode(key.encode()).decode()[:12] not in done.stdout
    fake.check_nothing_left()


def test_doing_it_again_applies_the_same(cluster):
    fake = cluster(INSTALLED[0])
    for _ in range(2):
        assert fake.run(SCRIPT, "production", *RECORDS, ESDDNS_GANDI_TOKEN=KEY).returncode == 0
    files = [each["files"] for each in fake.changes]
    assert files[: len(files) // 2] == files[len(files) // 2 :]
    # What is there is tried on the server first.
    assert any("--dry-run=server" in each["arguments"] for each in fake.calls)


def test_the_key_that_is_there_is_kept(cluster):
    fake = cluster(*INSTALLED)
    done = fake.run(SCRIPT, "production", *RECORDS)
    assert done.returncode == 0, done.stderr
    assert not [each for each in fake.applied() if each["kind"] == "Secret"]
    settings = [each for each in fake.applied() if each["metadata"]["name"].startswith("esddns-updater-settings")][0]["data"]
    assert settings["ESDDNS_GANDI_TOKEN_FILE"]


def test_whom_to_notify_is_told_to_leaders_and_updaters(cluster):
    fake = cluster()
    url = "https://hooks.site.test/services/secret-path"
    done = fake.run(SCRIPT, "production", *RECORDS, ESDDNS_GANDI_TOKEN=KEY, ESDDNS_NOTIFY_URL=url)
    assert done.returncode == 0, done.stderr
    assert "secret-path" not in done.stdout + done.stderr
    objects = fake.applied()
    assert sorted(one(objects, "Secret")["data"]) == ["ESDDNS_GANDI_TOKEN", "ESDDNS_NOTIFY_URL"]
    data = {each["metadata"]["name"].rsplit("-", 1)[0]: each["data"] for each in objects
            if each["kind"] == "ConfigMap" and "settings" in each["metadata"]["name"]}
    assert data["esddns-settings"]["ESDDNS_NOTIFY_URL_FILE"] == "/etc/esddns/secrets/ESDDNS_NOTIFY_URL"
    assert "ESDDNS_NOTIFY_URL_FILE" not in data["esddns-updater-settings"]
    assert "ESDDNS_GANDI_TOKEN_FILE" not in data["esddns-settings"]


def test_other_providers_and_keys_from_files(cluster, tmp_path):
    (tmp_path / "key").write_text(KEY + "\n")
    fake = cluster()
    done = fake.run(
        SCRIPT, "development", *RECORDS, "--provider", "cloudflare", "--set", "ESDDNS_CLOUDFLARE_ZONE_ID=abc",
        "--set", "ESDDNS_PROBE_INTERVAL=5s", ESDDNS_CLOUDFLARE_TOKEN_FILE=str(tmp_path / "key"),
    )
    assert done.returncode == 0, done.stderr
    data = {}
    for each in fake.applied():
        if each["kind"] == "ConfigMap" and "settings" in each["metadata"]["name"]:
            data[each["metadata"]["name"].rsplit("-", 1)[0]] = each["data"]
    assert data["esddns-updater-settings"] == {
        "ESDDNS_RECORDS": "home.site.test",
        "ESDDNS_PROVIDER": "cloudflare",
        "ESDDNS_CLOUDFLARE_ZONE_ID": "abc",
        "ESDDNS_CLOUDFLARE_TOKEN_FILE": "/etc/esddns/secrets/ESDDNS_CLOUDFLARE_TOKEN",
    }
    assert data["esddns-settings"]["ESDDNS_PROBE_INTERVAL"] == "5s"
    assert one(fake.applied(), "DaemonSet")["metadata"]["namespace"] == "esddns-dev"


@pytest.mark.parametrize(
    "records,families",
    [
        ("home.site.test", None),
        ("home.site.test/AAAA", "ipv6"),
        ("home.site.test/A+AAAA/300", "ipv4,ipv6"),
        ("home.site.test,six.site.test/AAAA", "ipv4,ipv6"),
        ("nas.site.test/::53", "ipv6"),
    ],
)
def test_leaders_look_for_the_addresses_that_records_need(cluster, records, families):
    fake = cluster()
    assert fake.run(SCRIPT, "production", "--records", records, ESDDNS_GANDI_TOKEN=KEY).returncode == 0
    shared = [each for each in fake.applied() if re.match(r"esddns-settings-", each["metadata"]["name"])][0]["data"]
    assert shared.get("ESDDNS_FAMILIES") == families


def test_the_first_versions_variable_still_works(cluster):
    fake = cluster()
    assert fake.run(SCRIPT, "production", *RECORDS, GANDI_API_KEY=KEY).returncode == 0
    assert list(one(fake.applied(), "Secret")["data"]) == ["ESDDNS_GANDI_API_KEY"]


def test_pods_may_identify_themselves(cluster):
    fake = cluster()
    assert fake.run(SCRIPT, "production", *RECORDS, "--provider", "route53").returncode == 0
    assert not [each for each in fake.applied() if each["kind"] == "Secret"]


@pytest.mark.parametrize(
    "arguments,message",
    [
        ([], "which environment: development or production?"),
        (["prod"], '"prod" is no environment: expected development or production'),
        (["production", "production"], "one argument too many"),
        (["production", "--recods", "x"], "there is no option --recods"),
        (["production", "--records"], "--records needs a value"),
        (["production", "--records", "home .site.test"], "expected a list such as"),
        (["production", *RECORDS, "--provider", "gandy"], "there is no such provider"),
        (["production", *RECORDS, "--service", "Loadbalancer"], "expected ClusterIP, NodePort or LoadBalancer"),
        (["production", *RECORDS, "--image", "esddns"], "expected NAME:TAG or NAME@sha256:DIGEST"),
        (["production", *RECORDS, "--timeout", "soon"], "expected a whole number of seconds"),
        (["production", *RECORDS, "--set", "PROBE=1"], "expected ESDDNS_…=VALUE"),
        (["production", *RECORDS, "--set", "ESDDNS_GANDI_TOKEN=" + KEY], "this is a secret"),
        (["production", *RECORDS, "--set", "ESDDNS_WORK_TOKEN=" + KEY], "this is a secret"),
        (["production", *RECORDS, "--set", "ESDDNS_QUORM=3"], "ESDDNS_QUORM: there is no such setting; did you mean ESDDNS_QUORUM?"),
        (["production", *RECORDS, "--set", "ESDDNS_WORK_QUORUM=3"], "there is no such setting"),
        (["production", *RECORDS, "--set", "ESDDNS_QUORUM=11"], '"11": expected a whole number of 1 to 10'),
        (["production", *RECORDS, "--set", "ESDDNS_QUORUM=two"], '"two": expected a whole number of 1 to 10'),
        (["production", *RECORDS, "--set", "ESDDNS_PROBE_INTERVAL=5"], '"5": expected a duration of 1s to 1h'),
        (["production", *RECORDS, "--set", "ESDDNS_TAKE_OVER=yes"], '"yes": expected true or false'),
        (["production", *RECORDS, "--set", "ESDDNS_FAMILIES=ipv5"], '"ipv5": expected ipv4, ipv6 or ipv4,ipv6'),
        (["production", *RECORDS, "--set", "ESDDNS_WORK_TTL=soon"], '"soon": expected a whole number of seconds'),
        (["production", *RECORDS, "--set", "ESDDNS_LEASE_NAME=other"], "what is installed decides this"),
        (["production", *RECORDS, "--set", "ESDDNS_RECORDS=home.site.test"], "there are options for this"),
        (["production", "--records", "home..site.test"], '"home..site.test" is no domain name'),
        (["production", "--records", "home.site.test,"], "expected a list such as"),
        (["production", "--records", "home.site.test/MX"], 'expected A, AAAA, A+AAAA, a TTL or ::SUFFIX in place of "MX"'),
        (["production", "--records", "home.site.test/60"], "a TTL of 60 s, but gandi takes 300 to 2592000 s"),
        (["production", "--records", "home.site.test@gandy"], 'there is no provider "gandy"'),
        (["production", "--records", "home.site.test,home.site.test"], "is listed twice"),
        (["production", "--provider", "duckdns", "--records", "site.duckdns.org/60"], "duckdns decides the TTL by itself"),
    ],
)
def test_a_wrong_command_line_is_one_message(cluster, arguments, message):
    fake = cluster()
    done = fake.run(SCRIPT, *arguments, ESDDNS_GANDI_TOKEN=KEY)
    assert done.returncode == 64 and message in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr
    assert fake.calls == [] and KEY not in done.stderr


@pytest.mark.parametrize(
    "rules,environment,message",
    [
        (
            [{"call": r"get --raw /version", "code": 1, "err": "The connection to the server 127.0.0.1:1 was refused\n"}],
            {"ESDDNS_GANDI_TOKEN": KEY},
            "no cluster answers; nothing has been changed. kubectl says: The connection to the server",
        ),
        (
            [{"call": r"can-i create daemonsets.apps", "out": "no\n", "code": 1}],
            {"ESDDNS_GANDI_TOKEN": KEY},
            "missing permissions, nothing has been changed: create daemonsets.apps in esddns-system",
        ),
        (
            [{"call": r"can-i create daemonsets.apps", "out": "no - no RBAC policy matched\n", "code": 1}],
            {"ESDDNS_GANDI_TOKEN": KEY},
            "create daemonsets.apps in esddns-system",
        ),
        (
            [{"call": r"can-i", "err": "Error from server (NotFound): not here\n", "code": 1}],
            {"ESDDNS_GANDI_TOKEN": KEY},
            'whether "create namespaces" is permitted cannot be seen; nothing has been changed. kubectl says: Error from server',
        ),
        (
            [{"call": r"can-i watch leases", "out": "no\n", "code": 1}],
            {"ESDDNS_GANDI_TOKEN": KEY},
            "missing permissions, nothing has been changed: watch leases.coordination.k8s.io in esddns-system",
        ),
        (
            [{"call": r"get deployment esddns-leader", "out": "home"}],
            {"ESDDNS_GANDI_TOKEN": KEY},
            "esddns in esddns-system is Helm's, as the release home: upgrade that, or remove it first",
        ),
        ([], {"ESDDNS_ROUTE53_ACCESS_KEY_ID": KEY, "ESDDNS_PROVIDER": "route53"}, "belong together; nothing has been changed"),
        ([], {"ESDDNS_RFC2136_KEY_SECRET": KEY, "ESDDNS_PROVIDER": "rfc2136"}, "the provider rfc2136 needs ESDDNS_RFC2136_SERVER"),
        ([], {}, "no key for gandi: set ESDDNS_GANDI_TOKEN or ESDDNS_GANDI_API_KEY"),
        (INSTALLED[:1] + [{"call": "get secret", "out": "ESDDNS_CLOUDFLARE_TOKEN\n"}], {}, "no key for gandi"),
        ([], {"ESDDNS_GANDI_TOKEN_FILE": "/nonexistent"}, "ESDDNS_GANDI_TOKEN_FILE=/nonexistent: there is no such file"),
        ([], {"ESDDNS_GANDI_TOKEN_FILE": "/dev/null"}, "/dev/null"),
        ([], {"ESDDNS_GANDI_TOKEN_FILE": "/etc/hostname", "ESDDNS_GANDI_TOKEN": KEY}, "are both set"),
        (
            INSTALLED[:1] + [{"call": r"--dry-run=server", "code": 1, "err": "denied by webhook\n"}],
            {"ESDDNS_GANDI_TOKEN": KEY},
            "the cluster refuses these objects",
        ),
    ],
)
def test_what_is_missing_is_said_before_anything_is_changed(cluster, rules, environment, message):
    fake = cluster(*rules)
    done = fake.run(SCRIPT, "production", *RECORDS, **environment)
    assert done.returncode == 1 and message in done.stderr, done.stderr
    assert fake.changes == []
    fake.check_nothing_left()


@pytest.mark.parametrize("answer,message", [
    ("customresourcedefinition.apiextensions.k8s.io/podmonitors.monitoring.coreos.com\n",
     "no Prometheus Operator for --monitoring, it does not know prometheusrules.monitoring.coreos.com servicemonitors.monitoring"),
    (None, "whether the cluster has Prometheus Operator for --monitoring cannot be seen; nothing has been changed"),
])
def test_monitoring_needs_the_operator(cluster, answer, message):
    rule = {"call": "get customresourcedefinitions", "out": answer} if answer else {"call": "get custom", "code": 1, "err": "Forbidden\n"}
    fake = cluster(rule)
    done = fake.run(SCRIPT, "production", *RECORDS, "--monitoring", ESDDNS_GANDI_TOKEN=KEY)
    assert done.returncode == 1 and message in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr
    assert fake.changes == []


def test_a_port_that_another_service_has_is_named(cluster):
    fake = cluster({"call": "get services", "out": "default/other 30001 30808 \n"})
    done = fake.run(SCRIPT, "production", *RECORDS, "--service", "NodePort", ESDDNS_GANDI_TOKEN=KEY)
    assert done.returncode == 1 and "port 30808 of the nodes is that of the Service default/other" in done.stderr
    assert fake.changes == []


def test_the_examples_records_are_refused(cluster):
    fake = cluster()
    done = fake.run(SCRIPT, "production", ESDDNS_GANDI_TOKEN=KEY)
    assert done.returncode == 1 and "no records to keep in step" in done.stderr
    assert fake.calls == []


def test_no_kubectl(tmp_path, cluster):
    fake = cluster()
    (fake.path / "kubectl").unlink()
    for tool in ["bash", "env", "dirname"]:
        (fake.path / tool).symlink_to(shutil.which(tool))
    done = fake.run(SCRIPT, "production", *RECORDS, PATH=str(fake.path), ESDDNS_GANDI_TOKEN=KEY)
    assert done.returncode == 1 and "kubectl is not installed" in done.stderr


def test_a_roll_out_that_fails_fails_the_script(cluster):
    fake = cluster(
        {"call": "rollout status daemonset", "code": 1, "err": "timed out\n"},
        {"call": "get pods", "out": "esddns-updater-x CrashLoopBackOff\n"},
        {"call": "logs", "out": "a setting is missing or wrong\n"},
    )
    done = fake.run(SCRIPT, "production", *RECORDS, "--timeout", "5", ESDDNS_GANDI_TOKEN=KEY)
    assert done.returncode == 1
    assert "daemonset/esddns-updater is not ready after 5 s" in done.stderr and "CrashLoopBackOff" in done.stderr


def test_a_failed_change_stops_the_rest(cluster):
    fake = cluster({"call": r"^apply", "code": 1, "err": "conflict\n"})
    done = fake.run(SCRIPT, "production", *RECORDS, ESDDNS_GANDI_TOKEN=KEY)
    assert done.returncode == 1 and len(fake.changes) == 1


def test_the_context_is_used_everywhere(cluster):
    fake = cluster({"call": "get namespace", "out": ""})
    assert fake.run(SCRIPT, "production", *RECORDS, "--context", "site", ESDDNS_GANDI_TOKEN=KEY).returncode == 0
    assert fake.calls and all(each["arguments"][:2] == ["--context", "site"] for each in fake.calls)


def test_help_needs_nothing(cluster):
    fake = cluster()
    done = fake.run(SCRIPT, "--help")
    assert done.returncode == 0 and "usage: deploy.sh ENVIRONMENT" in done.stdout and fake.calls == []


def test_every_secret_setting_is_known():
    text = (ROOT / "deploy/lib/common.sh").read_text()
    listed = re.search(r"secret_settings=\((.*?)\)", text, re.S)[1].split()
    assert listed == secret_settings()


def test_every_providers_settings_go_to_the_updaters():
    text = (ROOT / "docs/settings.md").read_text()
    deploy = (ROOT / SCRIPT).read_text()
    for name in re.findall(r"^### `(\w+)`", text, re.M):
        assert f"{name.upper()}_" in re.search(r"updater_prefixes='.*?DESEC_\)", deploy, re.S)[0]


SCRIPTS = [str(each.relative_to(ROOT)) for folder in ("deploy", "argocd") for each in (ROOT / folder).rglob("*.sh")]


@pytest.mark.parametrize("script", [each for each in SCRIPTS if "/lib/" not in each])
def test_scripts_neither_ask_nor_hide_failures(script):
    code = re.sub(r"#.*", "", (ROOT / script).read_text())
    assert not re.search(r"\bread -[a-z]*p|\bselect\b", code) and "set -euo pipefail" in code
    # Tests of conditions may fail in silence; what changes a cluster may not.
    for line in code.splitlines():
        if re.search(r"\b(apply|rollout|create|patch)\b", line):
            assert "|| true" not in line, line
