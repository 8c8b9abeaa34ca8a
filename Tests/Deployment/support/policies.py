"""What checkov says, and why some of it is meant to be as it is."""

import json
import pathlib
import subprocess

CHECKOV = pathlib.Path(__file__).resolve().parents[3] / ".build-tools/checkov/bin/checkov"
# Findings about objects of the chart and of deploy/. Anything else fails.
KUBERNETES = {
    "CKV_K8S_11": "a limit of CPU throttles elections; what is used is next to nothing",
    "CKV_K8S_15": "images are named by version or digest, neither of which changes; Always would need the registry at every start",
    "CKV_K8S_38": "the program talks to the API server, so its pods need the token",
    "CKV_K8S_43": "image.digest of the chart, and images of an overlay, name the image by digest; the default is the version",
}
DOCKERFILE = {
    "CKV_DOCKER_2": "images in OCI format have no HEALTHCHECK, and Kubernetes asks by probes of its own",
    "CKV_DOCKER_7": "the bases are arguments: one with a version, the other nothing at all",
}
SECRETS = {
    "CKV_SECRET_6": "the name of a Secret, esddns-credentials, which Argo CD hands to the chart",
}


def check(reasons, framework, *what):
    """Fails on findings without a reason, on reasons without a finding, and where nothing was looked at."""
    done = subprocess.run(
        [CHECKOV, *what, "--framework", framework, "--output", "json", "--quiet", "--compact", "--skip-download"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL)
    report = json.loads(done.stdout)
    summary, failed = report["summary"], report["results"]["failed_checks"]
    assert summary["parsing_errors"] == 0 and summary["passed"] + len(failed) > 0, done.stdout + done.stderr
    unexplained = [
        (one["check_id"], one["check_name"], one["resource"], one["file_path"]) for one in failed if one["check_id"] not in reasons]
    assert not unexplained, unexplained
    unneeded = set(reasons) - {one["check_id"] for one in failed}
    assert not unneeded, f"reasons for what is not found any more: {unneeded}"
    return summary["passed"]
