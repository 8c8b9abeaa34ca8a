"""The Dockerfile, the scripts around it, and the workflows: what can be said of them without building anything."""

import os
import re
import shutil
import subprocess

import pytest
import yaml

from deployment_support import ROOT, TOOLS, kustomize, pods

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yaml"))


def run(*arguments, **options):
    return subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, stdin=subprocess.DEVNULL, **options)


def test_hadolint():
    done = run(TOOLS / "hadolint", "Dockerfile")
    assert done.returncode == 0, done.stdout


def test_actionlint():
    # With shellcheck for what the steps run.
    done = run(TOOLS / "actionlint", *WORKFLOWS, env={**os.environ, "PATH": f"{TOOLS}:{os.environ['PATH']}"})
    assert done.returncode == 0, done.stdout + done.stderr


def test_shellcheck():
    scripts = [*ROOT.glob("deploy/**/*.sh"), *ROOT.glob("argocd/**/*.sh"), *ROOT.glob("scripts/image/*.sh")]
    scripts += [ROOT / "scripts" / name for name in ("build-image.sh", "check-version.sh", "install-kustomize-tools.sh")]
    done = run(TOOLS / "shellcheck", "--external-sources", *scripts)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda each: each.name)
def test_actions_are_pinned_by_commit(workflow):
    for used in re.findall(r"uses: (\S+)", workflow.read_text()):
        assert used.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used), used


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda each: each.name)
def test_jobs_may_only_do_what_they_say(workflow):
    content = yaml.safe_load(workflow.read_text())
    assert content["permissions"] == {}
    for name, job in content["jobs"].items():
        assert job["permissions"], name
        assert "uses" in job or job["timeout-minutes"] <= 90


def test_no_expression_of_strangers_is_part_of_a_script():
    for workflow in WORKFLOWS:
        for job in yaml.safe_load(workflow.read_text())["jobs"].values():
            for step in job.get("steps", []):
                assert "${{" not in step.get("run", ""), step


def test_nothing_is_published_before_the_tests_have_passed():
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yaml").read_text())["jobs"]

    def before(name):
        needs = jobs[name].get("needs", [])
        needs = [needs] if isinstance(needs, str) else needs
        return set(needs).union(*map(before, needs)) if needs else set()

    for name, job in jobs.items():
        if "write" in job["permissions"].values():
            assert {"version", "test"} <= before(name), name


def test_the_user_of_the_image_is_that_of_the_pods():
    user = re.search(r"^USER (\d+):(\d+)$", (ROOT / "Dockerfile").read_text(), re.M)
    for template in pods(kustomize("deploy/overlays/production")).values():
        context = template["spec"]["securityContext"]
        assert (str(context["runAsUser"]), str(context["runAsGroup"])) == user.groups()


def test_the_pods_run_what_the_image_has():
    names = re.search(r"names=\((.*)\)", (ROOT / "scripts/image/build.sh").read_text())[1].split()
    assert re.search(r"names=\((.*)\)", (ROOT / "scripts/build-image.sh").read_text())[1].split() == names
    for template in pods(kustomize("deploy/overlays/production")).values():
        assert template["spec"]["containers"][0]["command"][0].removeprefix("/usr/local/bin/") in names


def test_the_context_has_no_more_than_is_compiled():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [each for each in ignored if each and not each.startswith("#")]
    assert rules[0] == "*" and all(each.startswith("!") for each in rules[1:])
    assert not [each for each in rules if ".git" in each or ".build" in each]


def test_versions_agree():
    version = re.search(r'current = "(.*)"', (ROOT / "Sources/AddressSync/Status/Version.swift").read_text())[1]
    assert run("scripts/check-version.sh", version).returncode == 0
    other = run("scripts/check-version.sh", "99.0.0")
    assert other.returncode == 1 and "Version.swift" in other.stderr and "overlays/production" in other.stderr
    assert run("scripts/check-version.sh", "v1").returncode == 64


# --- What collect.sh makes of a program of this machine.


@pytest.fixture
def collected(tmp_path):
    if not shutil.which("dpkg-query"):
        pytest.skip("this is no Debian")
    for name in ("one", "two"):
        shutil.copy("/bin/true", tmp_path / name)
    target = tmp_path / "image"
    done = run("scripts/image/collect.sh", target, tmp_path / "one", tmp_path / "two")
    assert done.returncode == 0, done.stderr
    return target


def test_libraries_are_collected_with_their_packages(collected):
    assert list(collected.rglob("libc.so.6")) and list(collected.rglob("ld-linux*"))
    status = collected / "var/lib/dpkg/status.d"
    assert "Package: libc6" in (status / "libc6").read_text()
    assert (collected / "usr/share/doc/libc6/copyright").exists()
    assert (collected / "etc/ssl/certs/ca-certificates.crt").stat().st_size > 100_000
    assert not (collected / "bin").exists() and not (collected / "usr/bin").exists()


def test_equal_executables_are_one_file(collected):
    one, two = (collected / "usr/local/bin" / name for name in ("one", "two"))
    assert one.stat().st_ino == two.stat().st_ino


def test_a_missing_library_is_named(tmp_path):
    broken = tmp_path / "bin"
    broken.mkdir()
    (broken / "ldd").write_text("#!/bin/sh\necho '\tlibnone.so.1 => not found'\n")
    (broken / "ldd").chmod(0o755)
    done = run(
        "scripts/image/collect.sh", tmp_path / "image", "/bin/true", env={**os.environ, "PATH": f"{broken}:{os.environ['PATH']}"}
    )
    assert done.returncode == 1 and "libnone.so.1" in done.stderr


def test_an_image_without_executables_is_refused(tmp_path):
    done = run("scripts/build-image.sh", "--executables", tmp_path)
    assert done.returncode == 1 and "esddns-leader: run \"make build\" first" in done.stderr
