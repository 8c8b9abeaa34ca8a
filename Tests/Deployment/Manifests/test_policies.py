"""checkov on what deploy/ and argocd/ install, on the Dockerfile and on the workflows: nothing is found without a written reason."""

import shutil

import policies
import pytest
import yaml

from deployment_support import ROOT, kustomize
from test_argocd import FLAVOURS
from test_kustomize import OVERLAYS


def test_manifests(tmp_path):
    folders = [*OVERLAYS, *(f"argocd/{environment}{path}" for environment in ("dev", "prod") for path in FLAVOURS.values())]
    for folder in folders:
        (tmp_path / f"{folder.replace('/', '-')}.yaml").write_text(yaml.safe_dump_all(kustomize(folder)))
    assert policies.check(policies.KUBERNETES, "kubernetes", "--directory", tmp_path) > 400


def test_dockerfile():
    assert policies.check(policies.DOCKERFILE, "dockerfile", "--file", ROOT / "Dockerfile") > 50


def test_workflows(tmp_path):
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    assert policies.check({}, "github_actions", "--directory", tmp_path) > 100


def test_no_secret_is_in_the_files_that_install(tmp_path):
    for folder in ("deploy", "argocd", "helm"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    policies.check(policies.SECRETS, "secrets", "--directory", tmp_path)


def test_a_finding_is_noticed(tmp_path):
    objects = kustomize("deploy/overlays/production")
    text = yaml.safe_dump_all(objects).replace("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true")
    (tmp_path / "objects.yaml").write_text(text)
    with pytest.raises(AssertionError, match="CKV_K8S_20"):
        policies.check(policies.KUBERNETES, "kubernetes", "--directory", tmp_path)
