"""The executables take what the manifests give them. "make build" makes them; EXECUTABLES names another directory."""

import pathlib
import subprocess

import pytest

from deployment_support import environment_of, executable, kustomize, one


@pytest.mark.parametrize("overlay", ["deploy/overlays/development", "deploy/overlays/production"])
@pytest.mark.parametrize("kind", ["Deployment", "DaemonSet"])
def test_settings_are_accepted(overlay, kind, tmp_path):
    objects = kustomize(overlay)
    template = one(objects, kind)["spec"]["template"]["spec"]["containers"][0]
    name = pathlib.Path(template["command"][0]).name
    program = executable(name)
    (tmp_path / "key").write_text("not-a-real-key")
    environment = environment_of(template, objects) | {"ESDDNS_NAMESPACE": "esddns-system", "ESDDNS_NODE_NAME": "node-1"}
    environment = {key: str(tmp_path / "key") if key.endswith("_FILE") else value for key, value in environment.items()}
    # An API server that is not there is waited for; only what is wrong with the settings ends the process at once.
    environment |= {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "1", "ESDDNS_LISTEN": "off"}
    # Nor is anybody outside of this machine asked.
    environment |= {"ESDDNS_ALLOW_NON_GLOBAL": "true", "ESDDNS_DETECTION": "stun", "ESDDNS_RESOLVERS": "127.0.0.1:1"}
    environment |= {"ESDDNS_STUN_SERVERS": "127.0.0.1:1,127.0.0.2:1", "ESDDNS_QUORUM": "2", "ESDDNS_NAME_SERVERS": "127.0.0.1:1"}
    try:
        done = subprocess.run([program], env=environment, capture_output=True, text=True, timeout=3)
    except subprocess.TimeoutExpired:
        return
    pytest.fail(f"{name} ended with code {done.returncode}: {done.stderr}")


@pytest.mark.parametrize("built", ["esddns-leader", "esddns-updater"])
@pytest.mark.parametrize("started", ["esddns-leader", "esddns-updater", "/usr/local/bin/esddns-updater", "another"])
def test_leaders_and_updaters_are_what_they_are_started_as(built, started):
    done = subprocess.run([started, "--help"], executable=executable(built), capture_output=True, text=True, timeout=30)
    role = built if started == "another" else pathlib.Path(started).name
    assert done.returncode == 0 and f"USAGE: {role}\n" in done.stdout.replace(" \n", "\n"), done.stdout
