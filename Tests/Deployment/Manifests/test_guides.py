"""The scripts that the guides of docs/install call, as they are written, against a cluster that only records. The guides' other commands
are tested in Tests/Deployment/Guides."""

import re
import shlex

import pytest

from deployment_support import ROOT, FakeCluster, kustomize
from test_argocd import HEALTHY as ARGOCD
from test_deploy_metallb import HEALTHY as METALLB
from test_deploy_metallb import MANIFEST

GUIDES = sorted((ROOT / "docs/install").glob("*.md"))
COMMANDS = [
    (guide.name, line)
    for guide in GUIDES
    for block in re.findall(r"```sh\n(.*?)```", guide.read_text(), re.S)
    for line in block.splitlines()
]


@pytest.mark.parametrize("guide,command", [each for each in COMMANDS if re.match(r"(deploy|argocd)/", each[1])])
def test_scripts(guide, command, tmp_path):
    words = shlex.split(command)
    if words[0].endswith("deploy-metallb.sh"):
        # What would be loaded from GitHub.
        (tmp_path / "metallb.yaml").write_text(MANIFEST)
        words[3:3] = ["--manifest", str(tmp_path / "metallb.yaml")]
    fake = FakeCluster(tmp_path, [*ARGOCD, *METALLB])
    key = "ESDDNS_CLOUDFLARE_TOKEN" if "cloudflare" in words else "ESDDNS_GANDI_TOKEN"
    done = fake.run(*words, RETRY_SECONDS="0", **{key: "key"})
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("guide,command", [each for each in COMMANDS if re.search(r"kubectl .*(-k|kustomize) ", each[1])])
def test_directories(guide, command):
    assert kustomize(shlex.split(command)[-1])


def test_guides_name_the_release_of_metallb():
    pinned = re.search(r"metallb_version=v(\S+)", (ROOT / "deploy/deploy-metallb.sh").read_text())[1]
    assert f" {pinned} " in (ROOT / "docs/install/metallb.md").read_text()
