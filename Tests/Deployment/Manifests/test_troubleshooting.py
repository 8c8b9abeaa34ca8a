"""docs/install/troubleshooting.md quotes messages as they are said."""

import re

import pytest

from deployment_support import ROOT

PAGE = (ROOT / "docs/install/troubleshooting.md").read_text()
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| message", "| what is seen"))]
# What Kubernetes and Helm say.
OTHERS = ["values don't meet the specifications of the schema", "additional properties", "cannot be imported into the current release",
          "MountVolume.SetUp failed", 'violates PodSecurity', "ImagePullBackOff", "is forbidden: User"]


def sources():
    texts = []
    for folder, endings in (("Sources", (".swift",)), ("deploy", (".sh",)), ("argocd", (".sh",)), ("helm/esddns-operator/templates", (".tpl",)),
                            ("deploy/lib", (".tsv",))):
        texts += [path.read_text() for path in (ROOT / folder).rglob("*") if path.suffix in endings]
    # Strings that go on in the next line are one.
    return re.sub(r'"\s*\n\s*\+ "|" \\\n\s*"', "", "\n".join(texts)).replace('\\"', '"')


@pytest.fixture(scope="module")
def said():
    return sources()


def quotes():
    for row in ROWS:
        first = re.split(r"(?<!\\) \| ", row[2:])[0]
        for quote in re.findall(r"`([^`]+)`", first):
            if not quote.startswith(("/readyz", "networkPolicy", "rbac.create", "existingSecret", "podSecurityContext", "settings.")):
                yield quote


@pytest.mark.parametrize("quote", sorted(set(quotes())))
def test_messages_are_quoted_as_they_are_said(said, quote):
    if any(other in quote for other in OTHERS):
        return
    for part in quote.split("…"):
        part = part.strip(' "')
        assert part in said or not part, f'nobody says "{part}"'
