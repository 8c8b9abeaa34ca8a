"""Values reach the program under names that it knows, and every setting of the program can be reached."""

import json
import re
import subprocess
import sys

import pytest
import yaml
from conftest import CHART, LEAST, PRESETS, ROOT, merged, preset_values

TABLE = yaml.safe_load((CHART / "files/settings.yaml").read_text())
DOCUMENT = (ROOT / "docs/settings.md").read_text()
KNOWN = set(re.findall(r"^\| `(ESDDNS_[A-Z0-9_]+)`", DOCUMENT, re.MULTILINE))
SECRETS = set(re.findall(r"^\| `(ESDDNS_[A-Z0-9_]+)` \| yes \|", DOCUMENT, re.MULTILINE))
DOCUMENTED = frozenset(KNOWN)
KNOWN |= {name + "_FILE" for name in SECRETS}
# Reached in other ways than by a value that becomes the variable as it is.
MANAGED = {
    "ESDDNS_RECORDS": {"records": [{"name": "reached.example"}]},
    "ESDDNS_PROVIDER": {"provider": "duckdns", "duckdns": {"token": "t"}},
    "ESDDNS_NAMESPACE": {},
    "ESDDNS_NODE_NAME": {},
    "ESDDNS_LEASE_NAME": {"fullnameOverride": "other"},
    "ESDDNS_ADDRESS_CONFIGMAP": {"fullnameOverride": "other"},
    "ESDDNS_RECORDS_CONFIGMAP": {"fullnameOverride": "other"},
    "ESDDNS_SERVICE_ACCOUNT_DIRECTORY": {"serviceAccountDirectory": "/var/run/other"},
    "ESDDNS_LISTEN": {"listenAddress": "[::]", "leader": {"port": 9090}, "updater": {"port": 9091}},
    "ESDDNS_STATE_FILE": {"updater": {"extraEnv": [{"name": "ESDDNS_STATE_FILE", "value": "none"}]}},
    "ESDDNS_SECRETS_DIRECTORY": {"updater": {"extraEnv": [{"name": "ESDDNS_SECRETS_DIRECTORY", "value": "/var/run/secrets"}]}},
}


def groups():
    """(values above, entry) of every setting that a value of its own reaches."""
    for entry in TABLE["settings"]["entries"]:
        yield "settings", entry
    for kind, provider in TABLE["providers"].items():
        for entry in provider["entries"]:
            yield kind, entry


def test_what_is_generated_is_up_to_date():
    done = subprocess.run([sys.executable, "-B", ROOT / "scripts/generate-chart.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_documented_setting_can_be_reached():
    assert {"ESDDNS_" + entry["env"] for _, entry in groups()} | (set(MANAGED) & DOCUMENTED) == DOCUMENTED


@pytest.mark.parametrize("variable", MANAGED)
def test_settings_that_follow_from_the_release_are_there(render, variable):
    environment = render(LEAST, MANAGED[variable]).environment("updater")
    assert environment[variable]
    if MANAGED[variable]:
        assert environment[variable] != render(LEAST).environment("updater").get(variable)


# Of the settings that take certain forms.
FITTING = {
    "owner": "site-a", "addressSource": "command:/bin/address --of \"$(HOSTNAME)\"", "nodeAddressSource": "interface/eth0",
    "fallbackSource": "file:/run/address", "egress": "pinned:198.51.100.0/24,203.0.113.7",
}


def value_for(path, key):
    schema = json.loads((CHART / "values.schema.json").read_text())["properties"][path]["properties"][key]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if "enum" in schema:
        return schema["enum"][-1]
    if "integer" in kinds:
        return schema["maximum"]
    if "boolean" in kinds:
        return False
    if "array" in kinds:
        allowed = schema["items"].get("enum")
        return allowed or ["one.example", "two.example"]
    if "pattern" in schema and "ms|s" in schema["pattern"]:
        return "1m30s"
    if "pattern" in schema and path == "settings":
        return FITTING[key]
    return f"the value, of {key}: \"quoted\" $(AND) {{more}} \\"


@pytest.mark.parametrize("path,entry", list(groups()), ids=lambda part: part["env"] if isinstance(part, dict) else part)
def test_a_value_reaches_its_variable(render, path, entry):
    value = value_for(path, entry["key"])
    if entry["secret"]:
        release = render({} if path == "gandi" else LEAST, {"global": LEAST["global"], path: {entry["key"]: value}})
        name = release.environment("updater")[f"ESDDNS_{entry['env']}_FILE"]
        assert value == mounted(release, "updater", name)
        assert f"ESDDNS_{entry['env']}" not in release.environment("updater")
        assert value not in json.dumps([one for one in release.objects if one["kind"] != "Secret"])
        return
    text = ",".join(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)
    environment = render(LEAST, {path: {entry["key"]: value}}).environment("updater")
    # Kubernetes puts "$" for "$$" where it would otherwise look for a variable.
    assert environment[f"ESDDNS_{entry['env']}"].replace("$$(", "$(") == text
    if path == "settings":
        assert render(LEAST, {path: {entry["key"]: value}}).environment("leader")[f"ESDDNS_{entry['env']}"]


def mounted(release, component, path):
    """What a file of a pod holds, if the release's own Secrets have it."""
    import base64

    mount = next(one for one in release.container(component)["volumeMounts"] if path.startswith(one["mountPath"] + "/"))
    volume = next(one for one in release.pod(component)["volumes"] if one["name"] == mount["name"])
    for source in volume["projected"]["sources"]:
        for item in source["secret"]["items"]:
            if f"{mount['mountPath']}/{item['path']}" == path:
                secret = release.one("Secret", source["secret"]["name"])
                return base64.b64decode(secret["data"][item["key"]]).decode()
    raise AssertionError(f"{path} is mounted from nowhere")


def variables_of(release):
    for component in ("leader", "updater"):
        yield from release.environment(component)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_set_known_variables_alone(render, name):
    assert {name for name in variables_of(render(preset_values(name))) if name.startswith("ESDDNS_")} <= KNOWN


def test_accounts_have_variables_with_their_labels(render):
    release = render(LEAST, {
        "records": [{"name": "a.example.org", "provider": "cloudflare", "label": "Work"},
                    {"name": "b.example.org", "provider": "rfc2136", "label": "lab"}],
        "accounts": [
            {"provider": "cloudflare", "label": "Work", "token": "secret", "zone": "example.org", "ttl": 2592000},
            {"provider": "rfc2136", "label": "lab", "server": "ns.example", "keyName": "key", "existingSecret": "tsig",
             "secretKeys": {"keySecret": "key.txt"}},
        ]})
    environment = release.environment("updater")
    assert environment["ESDDNS_RECORDS"] == "example.com,a.example.org@cloudflare:Work,b.example.org@rfc2136:lab"
    assert environment["ESDDNS_WORK_ZONE"] == "example.org" and environment["ESDDNS_WORK_TTL"] == "2592000"
    assert mounted(release, "updater", environment["ESDDNS_WORK_CLOUDFLARE_TOKEN_FILE"]) == "secret"
    assert environment["ESDDNS_LAB_RFC2136_SERVER"] == "ns.example"
    path = environment["ESDDNS_LAB_RFC2136_KEY_SECRET_FILE"].removeprefix("/etc/esddns/secrets/")
    sources = next(one for one in release.pod("updater")["volumes"] if one["name"] == "secrets")["projected"]["sources"]
    assert {"secret": {"name": "tsig", "items": [{"key": "key.txt", "path": path}]}} in sources
    labelled = {name for name in environment if name.startswith(("ESDDNS_WORK_", "ESDDNS_LAB_"))}
    assert {re.sub("^ESDDNS_(WORK|LAB)_", "ESDDNS_", name) for name in labelled} <= KNOWN


@pytest.mark.parametrize("kind", [kind for kind, provider in TABLE["providers"].items() if provider["defaultSecrets"]])
def test_an_existing_secret_is_mounted_and_not_copied(render, kind):
    provider = TABLE["providers"][kind]
    needed = {key: "x" for key in provider["required"]}
    release = render({"global": LEAST["global"], "provider": kind, kind: {"existingSecret": "mine"} | needed})
    assert release.of("Secret") == []
    sources = next(one for one in release.pod("updater")["volumes"] if one["name"] == "secrets")["projected"]["sources"]
    files = {entry["key"]: entry["file"] for entry in provider["entries"]}
    assert [source["secret"]["name"] for source in sources] == ["mine"]
    assert {item["key"] for item in sources[0]["secret"]["items"]} == {files[key] for key in provider["defaultSecrets"]}
    assert "checksum/credentials" not in release.workload("updater")["spec"]["template"]["metadata"].get("annotations", {})


def test_leaders_are_given_no_credentials(render):
    release = render(LEAST)
    assert not [name for name in release.environment("leader") if "GANDI" in name or "RECORDS" == name or name.endswith("_FILE")]
    assert "volumes" not in release.pod("leader")


def test_updaters_start_again_with_another_key(render):
    def mark(key):
        template = render(LEAST, {"gandi": {"apiKey": key}}).workload("updater")["spec"]["template"]
        return template["metadata"]["annotations"]["checksum/credentials"]

    assert mark("one") != mark("two") and mark("one") == mark("one")


RECORDS = [
    ({"name": "a.example"}, "a.example", "ipv4"),
    ({"name": "a.example", "types": ["AAAA"]}, "a.example/AAAA", "ipv6"),
    ({"name": "a.example", "types": ["A", "AAAA"], "ttl": 300}, "a.example/A+AAAA/300", "ipv4,ipv6"),
    ({"name": "a.example", "suffix": "::53"}, "a.example/::53", "ipv6"),
    ({"name": "a.example", "ttl": 2592000}, "a.example/2592000", "ipv4"),
    ({"name": "*.a.example", "ttl": 300, "provider": "gandi"}, "*.a.example/300@gandi", "ipv4"),
    ({"name": "{node}.a.example", "types": ["AAAA"]}, "{node}.a.example/AAAA", "ipv4"),
]


@pytest.mark.parametrize("record,text,families", RECORDS, ids=[text for _, text, _ in RECORDS])
def test_records_are_written_as_the_program_reads_them(render, record, text, families):
    release = render({"records": [record], "gandi": LEAST["gandi"]})
    assert release.environment("updater")["ESDDNS_RECORDS"] == text
    assert release.environment("leader")["ESDDNS_FAMILIES"] == families
    assert "ESDDNS_FAMILIES" not in release.environment("updater")
    has_ipv6 = any(one["metadata"]["name"] == "esddns-wan-address-ipv6" for one in release.of("ConfigMap"))
    assert has_ipv6 == ("ipv6" in families)
    for component in ("leader", "updater"):
        names = release.one("Role", f"esddns-{component}")["rules"]
        assert any("esddns-wan-address-ipv6" in rule.get("resourceNames", []) for rule in names) == has_ipv6


def test_families_that_are_given_count_for_both(render):
    release = render(LEAST, {"settings": {"families": ["ipv4", "ipv6"]}})
    assert all(release.environment(component)["ESDDNS_FAMILIES"] == "ipv4,ipv6" for component in ("leader", "updater"))
    assert release.one("ConfigMap", "esddns-wan-address-ipv6")


@pytest.mark.parametrize("given,text", [
    ({"domain": "example.com"}, "example.com"),
    ({"domain": "example.com", "recordName": "home"}, "home.example.com"),
    ({"domain": "example.com", "recordName": "@", "recordTTL": 300}, "example.com/300"),
    ({"domain": "example.com", "recordName": "", "recordTTL": None}, "example.com"),
])
def test_the_original_way_to_one_record(render, given, text):
    assert render({"global": given, "gandi": LEAST["gandi"]}).environment("updater")["ESDDNS_RECORDS"] == text


def test_text_with_commas_is_a_list(render):
    values = {"settings": {"stunServers": "one.example:3478,two.example:3478/tcp"}}
    assert render(LEAST, values).environment("leader")["ESDDNS_STUN_SERVERS"] == "one.example:3478,two.example:3478/tcp"
