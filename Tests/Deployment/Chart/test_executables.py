"""The executables take the environment that the chart gives to their pods. Needs them: "make build" makes them, ESDDNS_EXECUTABLES
names another directory."""

import os
import pathlib
import re
import subprocess
import time

import pytest
from conftest import COMPLETING, LEAST, PRESETS, ROOT, merged, preset
from test_settings import TABLE, mounted

DIRECTORY = pathlib.Path(os.environ.get("ESDDNS_EXECUTABLES", ROOT / ".build/release"))
# In continuous integration nothing is left out.
ARE_MISSING = pytest.mark.skipif(
    not (DIRECTORY / "esddns-cluster").exists() and not os.environ.get("CI"),
    reason=f"there are no executables in {DIRECTORY}; make build makes them")
pytestmark = ARE_MISSING

# Settings of each provider as they may look; a new one has to be given what it needs here.
PROVIDERS = {
    "gandi": {"token": "x", "sharingId": "x", "baseUrl": "https://api.example/v5"},
    "cloudflare": {"token": "x"},
    "route53": {"accessKeyId": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": "x", "region": "eu-central-1"},
    "azure": {"subscriptionId": "00000000-0000-0000-0000-000000000000"},
    "rfc2136": {"server": "ns.example.com:5353", "keyName": "esddns", "keySecret": "c2VjcmV0c2VjcmV0c2VjcmV0"},
    "powerdns": {"apiKey": "x", "baseUrl": "http://powerdns.example.com:8081"},
    "hetzner": {"token": "x"},
    "duckdns": {"token": "00000000-0000-0000-0000-000000000000"},
    "dyndns2": {"server": "noip", "username": "x", "password": "x"},
    "webhook": {},
    "dnsendpoint": {},
    "digitalocean": {"token": "x"},
    "desec": {"token": "x"},
}
# Its key is a file of its own form.
SKIPPED = {"google"}
MUCH = merged(LEAST, {
    "records": [
        {"name": "a.example.org", "types": ["A", "AAAA"], "ttl": 300, "provider": "cloudflare", "label": "Work"},
        {"name": "b.example.org", "suffix": "::53", "provider": "rfc2136", "label": "lab"},
        {"name": "{node}.example.org", "provider": "dnsendpoint"},
    ],
    "accounts": [
        {"provider": "cloudflare", "label": "Work", "zone": "example.org", "ttl": 60} | PROVIDERS["cloudflare"],
        {"provider": "rfc2136", "label": "lab"} | PROVIDERS["rfc2136"],
    ],
    "settings": {
        "quorum": 3, "probeInterval": "15s", "stunServers": ["a.example:3478", "b.example:5349/tls"], "families": ["ipv4", "ipv6"],
        "takeOver": False, "logFormat": "json", "logLevel": "debug", "leaseDuration": "30s", "renewDeadline": "20s",
        "nameServers": "ns1.example.com,ns2.example.com:5353"},
})
CASES = {"least": LEAST, "much": MUCH}
CASES |= {name: merged(preset(name), {"global": LEAST["global"]}, {} if "provider" in preset(name) else LEAST, COMPLETING.get(name, {}))
          for name in PRESETS}
# DuckDNS has names of its own.
CASES |= {f"provider {kind}": {"provider": kind, kind: settings, "global": {
    "domain": "example.duckdns.org" if kind == "duckdns" else "example.com"}} for kind, settings in PROVIDERS.items()}


def complaints(release, component, tmp_path, change=None):
    """What the executable says about its settings; nothing if it starts with them."""
    environment = {}
    for name, value in release.environment(component).items():
        environment[name] = {"pod:metadata.namespace": "esddns-system", "pod:spec.nodeName": "node-1"}.get(value, value)
        if name.endswith("_FILE"):
            environment[name] = str(tmp_path / name)
            (tmp_path / name).write_text(mounted(release, component, value))
    for name in ("token", "ca.crt", "namespace"):
        (tmp_path / name).write_text("esddns-system")
    environment |= {
        # Nobody answers there.
        "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "1", "ESDDNS_RESOLVERS": "127.0.0.1:1",
        "ESDDNS_SERVICE_ACCOUNT_DIRECTORY": str(tmp_path), "ESDDNS_LISTEN": "127.0.0.1:0",
    } | (change or {})
    if not environment.get("ESDDNS_ADDRESS_SOURCE", "").startswith("service/"):
        environment |= {"ESDDNS_DETECTION": "stun", "ESDDNS_STUN_SERVERS": ",".join(
            f"{host}:{port}" for host in ("127.0.0.1", "[::1]") for port in (1, 2, 3)),
                        "ESDDNS_ALLOW_NON_GLOBAL": "true"}
    output = tmp_path / "output"
    with output.open("w") as file:
        process = subprocess.Popen([DIRECTORY / f"esddns-{component}"], env=environment, stderr=file, stdout=file)
    try:
        # It has taken its settings as soon as it logs anything else than problems with them.
        for _ in range(300):
            if process.poll() is not None or output.read_text():
                break
            time.sleep(0.02)
        # One that ends by itself is still telling why.
        if "critical" not in output.read_text():
            process.terminate()
        code = process.wait(timeout=30)
    finally:
        process.kill()
    assert code in (0, 78), output.read_text()
    return output.read_text() if code == 78 else ""


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("component", ["leader", "updater"])
def test_they_take_what_the_chart_sets(render, tmp_path, case, component):
    assert complaints(render(CASES[case]), component, tmp_path) == ""


def test_a_wrong_variable_would_have_been_noticed(render, tmp_path):
    said = complaints(render(LEAST), "updater", tmp_path, {"ESDDNS_GANDI_APIKEY": "x", "ESDDNS_QUORUM": "many"})
    assert re.search(r"ESDDNS_GANDI_APIKEY.*ESDDNS_GANDI_API_KEY", said) and "ESDDNS_QUORUM" in said


def test_every_provider_is_tried():
    assert set(TABLE["providers"]) == set(PROVIDERS) | SKIPPED
