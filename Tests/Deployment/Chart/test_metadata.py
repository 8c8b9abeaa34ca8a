"""What registries of charts show of this one, and that it is so."""

import re
import xml.etree.ElementTree

import yaml
from conftest import CHART, ROOT

DESCRIPTION = yaml.safe_load((CHART / "Chart.yaml").read_text())
REPOSITORY = "https://github.com/esddns/esddns"
# What Artifact Hub knows; it ignores everything else without a word.
ANNOTATIONS = {
    "alternativeName", "category", "changes", "containsSecurityUpdates", "crds", "crdsExamples", "images", "license", "links",
    "maintainers", "operator", "operatorCapabilities", "prerelease", "recommendations", "screenshots", "signKey"}


def annotation(name):
    return DESCRIPTION["annotations"][f"artifacthub.io/{name}"]


def in_repository(url):
    """The file that a URL of the project's repository is about; whether the others are there cannot be told from here."""
    path = re.sub(rf"^({REPOSITORY}/(blob|tree)|https://raw.githubusercontent.com/esddns/esddns)/main/", "", url)
    return ROOT / path if path != url else None


def test_artifact_hub_understands_the_annotations():
    assert {name.removeprefix("artifacthub.io/") for name in DESCRIPTION["annotations"]} <= ANNOTATIONS
    assert annotation("category") == "networking" and annotation("operator") in {"true", "false"}
    assert annotation("operatorCapabilities").lower() in {
        "basic install", "seamless upgrades", "full lifecycle", "deep insights", "auto pilot"}
    changes = yaml.safe_load(annotation("changes"))
    assert changes and all(one["kind"] in {"added", "changed", "deprecated", "removed", "fixed", "security"} for one in changes)
    assert all(set(one) <= {"kind", "description", "links"} and one["description"] for one in changes)
    for one in yaml.safe_load(annotation("images")):
        assert set(one) <= {"name", "image", "whitelisted", "platforms"} and one["platforms"] == ["linux/amd64", "linux/arm64"]
    assert all(re.fullmatch(r"https://artifacthub\.io/packages/helm/[\w-]+/[\w-]+", one["url"])
               for one in yaml.safe_load(annotation("recommendations")))


def test_versions_before_the_first_are_called_so():
    assert annotation("prerelease") == str(DESCRIPTION["version"].startswith("0.") or "-" in DESCRIPTION["version"]).lower()


def test_links_lead_to_what_there_is():
    links = [one["url"] for one in yaml.safe_load(annotation("links"))] + DESCRIPTION["sources"] + [DESCRIPTION["icon"]]
    files = [path for path in map(in_repository, links) if path]
    assert len(files) > 4 and all(path.exists() for path in files), files
    assert all(url.startswith((REPOSITORY, "https://raw.githubusercontent.com/esddns/esddns/")) for url in links)
    assert DESCRIPTION["home"] == REPOSITORY and DESCRIPTION["maintainers"] == [{"name": "esddns", "url": "https://github.com/esddns"}]


def test_the_icon_is_a_small_square_picture_of_its_own():
    path = in_repository(DESCRIPTION["icon"])
    root = xml.etree.ElementTree.parse(path).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and root.get("width") == root.get("height")
    assert path.stat().st_size < 4096
    # Neither scripts nor anything from elsewhere.
    assert not re.search(r"<script|href|url\(|<image|on\w+=", path.read_text())


def test_the_repository_says_what_artifact_hub_reads():
    repository = yaml.safe_load((ROOT / "helm/artifacthub-repo.yml").read_text())
    assert set(repository) <= {"repositoryID", "owners", "ignore"} and {"owners", "ignore"} <= set(repository)
