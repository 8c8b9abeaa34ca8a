"""What the tests of deploy/, argocd/ and the image have in common: rendering, schemas, and a kubectl that only records."""

import functools
import json
import os
import pathlib
import re
import stat
import subprocess
import sys

import kubernetes_validate.utils
import pytest
import yaml

# Reads megabytes of schemas again for every object otherwise.
kubernetes_validate.utils.schema_contents = functools.cache(kubernetes_validate.utils.schema_contents)

ROOT = pathlib.Path(__file__).resolve().parents[3]
TOOLS = pathlib.Path(os.environ.get("KUSTOMIZE_TOOLS", ROOT / ".build-tools/kustomize")) / "bin"
KUBECTL = TOOLS / "kubectl"
VERSIONS = [f"1.{minor}" for minor in range(28, 38)]
CRDS = ROOT / "Tests/Deployment/crds"


@functools.cache
def kustomize(path):
    """The objects of a directory, by the real kubectl."""
    done = subprocess.run([KUBECTL, "kustomize", ROOT / path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def one(objects, kind, name=None):
    found = [each for each in objects if each["kind"] == kind and name in (None, each["metadata"]["name"])]
    assert len(found) == 1, f"{len(found)} of {kind} {name}"
    return found[0]


def pods(objects):
    """Pod templates of the workloads, by the workload's name."""
    return {
        each["metadata"]["name"]: each["spec"]["template"]
        for each in objects
        if each["kind"] in ("Deployment", "DaemonSet", "StatefulSet", "Job")
    }


def executable(name):
    """The path of a built executable: in EXECUTABLES, .build/release or .build/debug. Tests need them in continuous integration."""
    folders = [pathlib.Path(os.environ["EXECUTABLES"])] if "EXECUTABLES" in os.environ else []
    for folder in [*folders, ROOT / ".build/release", ROOT / ".build/debug"]:
        if (folder / name).exists():
            return folder / name
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{name} is not built; make build makes it")


def environment_of(container, objects):
    """What a container's process finds in its environment; values from the pod are as they are written."""
    result = {}
    for source in container.get("envFrom", []):
        result |= one(objects, "ConfigMap", source["configMapRef"]["name"])["data"]
    for each in container["env"]:
        result[each["name"]] = each["value"] if "value" in each else each["valueFrom"]
    return result


@functools.cache
def definitions(file):
    # The fast one where there is one: the largest of the files takes seconds otherwise.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [each for each in yaml.load_all(file.read_text(), loader) if each]


@functools.cache
def custom_schema(kind):
    import jsonschema

    for file in CRDS.glob("*.yaml"):
        for definition in definitions(file):
            if definition["spec"]["names"]["kind"] == kind:
                return definition["spec"]["group"], {
                    each["name"]: jsonschema.Draft202012Validator(closed(each["schema"]["openAPIV3Schema"]))
                    for each in definition["spec"]["versions"]
                }
    raise AssertionError(f"there is no schema of {kind} in {CRDS}")


def closed(schema):
    """The schema with every misspelt key as an error: an API server drops what it does not know, in silence."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        known = schema["properties"]
        # The metadata of the object itself is described elsewhere.
        if "type" not in known and "additionalProperties" not in schema:
            result["additionalProperties"] = False
    return result


def check_custom(document):
    group, versions = custom_schema(document["kind"])
    api_group, version = document["apiVersion"].split("/")
    assert api_group == group
    problems = [f"{'/'.join(map(str, each.path))}: {each.message}" for each in versions[version].iter_errors(document)]
    assert not problems, problems


def secret_settings():
    """Names of the settings that docs/settings.md calls secret."""
    # The first table has the defaults in its second column, and says of what a setting takes that it is a secret.
    return re.findall(r"^\| `(ESDDNS_\w+)` \|(?: yes|  \| a secret:.*?) \|", (ROOT / "docs/settings.md").read_text(), re.M)


def settings():
    """Names of all settings of docs/settings.md."""
    return set(re.findall(r"^\| `(ESDDNS_\w+)` \|", (ROOT / "docs/settings.md").read_text(), re.M))


def defaults():
    """Settings of docs/settings.md that have one, with what they are if nothing is said."""
    return dict(re.findall(r"^\| `(ESDDNS_\w+)` \| `([^`]*)` \|", (ROOT / "docs/settings.md").read_text(), re.M))


FAKE = '''#!{python} -IS
import json, os, re, subprocess, sys
arguments = sys.argv[1:]
state = json.load(open(os.environ["FAKE_STATE"]))
plain = [each for each in arguments if not each.startswith("--request-timeout")]
if plain[:1] == ["kustomize"]:
    os.execv({kubectl!r}, ["kubectl"] + plain)
if plain[:1] == ["--context"]:
    plain = plain[2:]
files = []
for index, each in enumerate(plain):
    if each in ("--filename", "-f") and os.path.isfile(plain[index + 1]):
        files.append(open(plain[index + 1]).read())
with open(os.environ["FAKE_STATE"] + ".calls", "a") as log:
    log.write(json.dumps({{"arguments": arguments, "files": files, "environment": sorted(os.environ)}}) + "\\n")
line = " ".join(plain)
for rule in state["rules"]:
    if re.search(rule["call"], line):
        if rule.get("times") is not None:
            if rule["times"] == 0:
                continue
            rule["times"] -= 1
            json.dump(state, open(os.environ["FAKE_STATE"], "w"))
        sys.stdout.write(rule.get("out", ""))
        sys.stderr.write(rule.get("err", ""))
        sys.exit(rule.get("code", 0))
sys.stderr.write("no rule for: " + line + "\\n")
sys.exit(1)
'''


class FakeCluster:
    """A kubectl first on PATH that writes down each call and answers by the first rule that fits it.

    "kubectl kustomize" goes to the real one.
    """

    def __init__(self, directory, rules):
        self.state = directory / "state.json"
        self.state.write_text(json.dumps({"rules": rules}))
        binaries = directory / "bin"
        binaries.mkdir()
        fake = binaries / "kubectl"
        fake.write_text(FAKE.format(python=sys.executable, kubectl=str(KUBECTL)))
        fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
        self.path = binaries
        self.temporary = directory / "tmp"
        self.temporary.mkdir()

    def run(self, script, *arguments, **environment):
        return subprocess.run(
            [ROOT / script, *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
            env={
                "PATH": f"{self.path}:/usr/bin:/bin",
                "HOME": str(self.temporary),
                "TMPDIR": str(self.temporary),
                "FAKE_STATE": str(self.state),
                **environment,
            },
        )

    @property
    def calls(self):
        log = pathlib.Path(str(self.state) + ".calls")
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    @property
    def changes(self):
        """Calls that change something in the cluster."""
        return [
            each
            for each in self.calls
            if re.search(r"(^| )(apply|create|delete|patch|annotate|label|replace|scale)( |$)", " ".join(each["arguments"]))
            and "can-i" not in each["arguments"]
            and not any(argument.startswith("--dry-run") for argument in each["arguments"])
        ]

    def applied(self):
        """The objects that were applied, in order."""
        return [
            document
            for call in self.changes
            for file in call["files"]
            for document in yaml.safe_load_all(file)
            if document
        ]

    def check_nothing_left(self):
        assert list(self.temporary.iterdir()) == [], "temporary files are left over"
