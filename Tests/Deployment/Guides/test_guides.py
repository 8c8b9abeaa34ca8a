"""Each guide of docs/install, from its first command to its last, in one shell: what one command sets, the next ones use."""

import json
import re
import subprocess
import sys

import pytest
import stand_ins

ROOT = stand_ins.ROOT
PAGES = sorted((ROOT / "docs/install").glob("*.md"))
# Built or started by Docker and make, or scripts with a recording kubectl of their own in Tests/Deployment/Manifests.
OTHERS = {"image.md", "README.md"}
GUIDES = [page for page in PAGES if page.name not in OTHERS]
# Where a page goes on from another one, or begins with what somebody has already.
BEFORE = {
    "upgrading.md": "helm install esddns-operator ./helm/esddns-operator -n esddns-system --set gandi.apiKey=x,global.domain=example.com\n",
}
SCRIPTS = re.compile(r"^(deploy|argocd)/\S+\.sh ")


# A section that is instead of the ones behind it.
ALTERNATIVE = "## Quick start\n"


def commands(page, text=None):
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text() if text is None else text, re.S)
    assert blocks, f"{page.name} has no commands"
    return "\n".join(blocks)


def ways(page):
    """The commands of a page; of one that shows two ways, those of each."""
    head, found, rest = page.read_text().partition(ALTERNATIVE)
    if not found:
        return [commands(page)]
    short, _, rest = rest.partition("\n## ")
    return [commands(page, short), commands(page, rest)]


def run(tmp_path, text):
    binaries = tmp_path / "bin"
    binaries.mkdir()
    kubectl = ROOT / ".build-tools/deployment/bin/kubectl"
    stand_ins.install(binaries, sys.executable, kubectl)
    place = tmp_path / "place"
    place.mkdir()
    for name in ("helm", "deploy", "argocd"):
        (place / name).symlink_to(ROOT / name)
    calls = tmp_path / "calls"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text], cwd=place, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL,
        env={"PATH": f"{binaries}:/usr/bin:/bin", "HOME": str(tmp_path), "CALLS": str(calls), "REAL_KUBECTL": str(kubectl),
             "HELM_RELEASES": str(tmp_path / "releases")})
    return done, place, [json.loads(line) for line in calls.read_text().splitlines()] if calls.exists() else []


def plain(text):
    """Without the scripts, each of which is tested with a kubectl that knows what it asks: Tests/Deployment/Manifests/test_guides.py."""
    lines = text.replace("\\\n", " ").splitlines()
    return "\n".join(line for line in lines if not SCRIPTS.match(line)) + "\n"


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """What became of each guide; each is walked through once."""
    known = {}

    def walk(page):
        if page.name not in known:
            known[page.name] = [run(tmp_path_factory.mktemp(page.stem), BEFORE.get(page.name, "") + plain(text)) for text in ways(page)]
        return known[page.name]

    return walk


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_every_command_is_taken(walked, page):
    for done, _, _ in walked(page):
        assert done.returncode == 0, done.stderr


def test_the_policy_for_route53_is_for_one_zone(walked):
    [(_, place, _)] = walked(ROOT / "docs/install/eks.md")
    policy = json.loads((place / "policy.json").read_text())
    assert policy["Statement"][0]["Resource"] == "arn:aws:route53:::hostedzone/Z1D633PJN98FT9"
    actions = {action for each in policy["Statement"] for action in [each["Action"]] for action in (
        action if isinstance(action, list) else [action])}
    source = (ROOT / "Sources/DNSRecords/Providers/Route53/Route53Provider.swift").read_text()
    for action in actions:
        assert action.removeprefix("route53:") in source
    # Neither "*" nor what nobody asks for.
    assert len(actions) == 4


def test_roles_trust_the_updaters_service_account_alone(walked):
    [(_, place, _)] = walked(ROOT / "docs/install/eks.md")
    identity = json.loads((place / "trust.json").read_text())["Statement"][0]["Condition"]["StringEquals"]
    assert identity["aws:RequestTag/kubernetes-service-account"] == "esddns-updater"
    irsa = json.loads((place / "trust-irsa.json").read_text())["Statement"][0]["Condition"]["StringEquals"]
    assert irsa["oidc.eks.eu-central-1.amazonaws.com/id/ABC:sub"] == "system:serviceaccount:esddns-system:esddns-updater"


@pytest.mark.parametrize("name,account", [("gke", "ns/esddns-system/sa/esddns-updater"), ("aks", "esddns-system:esddns-updater")])
def test_clouds_trust_the_account_that_the_chart_makes(walked, name, account):
    [(_, _, calls)] = walked(ROOT / f"docs/install/{name}.md")
    assert any(account in word for call in calls for word in call)


@pytest.mark.parametrize("name,annotation", [
    ("eks", r"eks\.amazonaws\.com/role-arn=arn:aws:iam::\$ACCOUNT:role/esddns-irsa"),
    ("gke", r"iam\.gke\.io/gcp-service-account=esddns@\$PROJECT\.iam"), ("aks", r"azure\.workload\.identity/client-id=\$CLIENT"),
])
def test_identities_are_told_to_the_updaters(name, annotation):
    text = commands(ROOT / f"docs/install/{name}.md")
    assert re.search(r"updater\.serviceAccount\.annotations\." + annotation.replace(r"\.", r"\\?\."), text)


def test_pods_are_started_again_for_an_identity_that_comes_later():
    for name in ("eks", "gke"):
        text = commands(ROOT / f"docs/install/{name}.md")
        assert text.count("helm upgrade") == text.count("rollout restart daemonset/esddns-updater")


def test_a_wrong_flag_would_have_been_noticed(tmp_path):
    for number, command in enumerate([
        "az identity create --nam x", "gcloud iam roles create", "aws iam create-role --role-nam x", "aws iam create-role --role-name x",
        "kubectl get pods --namespac x", "kubectl lable namespace x a=b", "helm install x ./helm/esddns-operator --set gandi.apiKy=x",
        "helm install x ./helm/esddns-operator --crate-namespace", "helm uninstall x", "argocd app snyc esddns-prod", "nothing",
    ]):
        (tmp_path / str(number)).mkdir()
        done, _, _ = run(tmp_path / str(number), command)
        assert done.returncode != 0, command


def test_no_page_is_forgotten():
    index = (ROOT / "docs/install/README.md").read_text()
    readme = (ROOT / "README.md").read_text()
    for page in PAGES:
        if page.name != "README.md":
            assert f"]({page.name})" in index, page.name
            assert f"](docs/install/{page.name})" in readme, page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for link, _, anchor in re.findall(r"\]\((?!https?:)([^)#]+)(#([^)]+))?\)", page.read_text()):
        target = page.parent / link
        assert target.exists(), link
        if anchor:
            heads = re.findall(r"^#+ (.*)$", target.read_text(), re.M)
            assert anchor in [re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-") for head in heads], anchor

