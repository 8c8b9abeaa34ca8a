"""argocd/: what its Applications and AppProjects allow, and argocd-setup.sh against a kubectl that only records."""

import json

import pytest
import yaml

from deployment_support import KUBECTL, ROOT, FakeCluster, check_custom, kustomize, one

SCRIPT = "argocd/bootstrap/argocd-setup.sh"
KEY = "pat-7f3a-never-seen"
RECORDS = ["--records", "home.site.test"]
FLAVOURS = {"helm": "", "kustomize": "/kustomize"}
OVERLAYS = {"dev": "deploy/overlays/development", "prod": "deploy/overlays/production"}
HEALTHY = [
    {"call": r"get --raw /version", "out": "{}"},
    {"call": r"get customresourcedefinitions", "out": "crd/appprojects.argoproj.io\ncrd/applications.argoproj.io\n"},
    {"call": r"get namespace argocd", "out": "namespace/argocd\n"},
    {"call": r"get secret", "out": ""},
    {"call": r"auth can-i", "out": "yes\n"},
    {"call": r"^apply"},
]


@pytest.fixture
def cluster(tmp_path):
    return lambda *rules: FakeCluster(tmp_path, [*rules, *HEALTHY])


@pytest.fixture(params=[(environment, flavour) for environment in OVERLAYS for flavour in FLAVOURS])
def objects(request):
    environment, flavour = request.param
    return environment, flavour, kustomize(f"argocd/{environment}{FLAVOURS[flavour]}")


def test_objects_fit_the_schemas(objects):
    for each in objects[2]:
        check_custom(each)


def test_one_project_and_one_application(objects):
    environment, flavour, rendered = objects
    assert sorted(each["kind"] for each in rendered) == ["AppProject", "Application"]
    # The same name whichever the flavour: both at once is impossible.
    assert one(rendered, "Application")["metadata"] == {
        "name": f"esddns-{environment}", "namespace": "argocd", "labels": {"esddns/flavour": flavour},
    }


def test_the_project_allows_what_the_application_uses(objects):
    environment, _, rendered = objects
    project, application = one(rendered, "AppProject")["spec"], one(rendered, "Application")["spec"]
    assert application["project"] == one(rendered, "AppProject")["metadata"]["name"]
    assert project["sourceRepos"] == [application["source"]["repoURL"]]
    assert project["destinations"] == [application["destination"]]
    namespace = one(kustomize(OVERLAYS[environment]), "Namespace")["metadata"]["name"]
    assert application["destination"]["namespace"] == namespace


def test_the_project_allows_exactly_the_kinds_that_there_are(objects):
    environment, _, rendered = objects
    project = one(rendered, "AppProject")["spec"]
    allowed = {(each["group"], each["kind"]) for each in project["namespaceResourceWhitelist"]}
    used = {
        (each["apiVersion"].rpartition("/")[0], each["kind"])
        for each in kustomize(OVERLAYS[environment])
        if each["kind"] != "Namespace"
    }
    monitoring = {("monitoring.coreos.com", kind) for kind in ("PodMonitor", "PrometheusRule", "ServiceMonitor")}
    assert allowed - monitoring == used
    assert project["clusterResourceWhitelist"] == [{"group": "", "kind": "Namespace"}]
    assert "*" not in json.dumps(project)


def test_dev_follows_and_prod_waits(objects):
    environment, _, rendered = objects
    spec = one(rendered, "Application")["spec"]
    if environment == "dev":
        assert spec["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True}
    else:
        assert "automated" not in spec["syncPolicy"]
        assert spec["source"]["targetRevision"].startswith("v")


def test_sources_exist(objects):
    _, flavour, rendered = objects
    source = one(rendered, "Application")["spec"]["source"]
    if flavour == "helm" and not (ROOT / "helm").exists():
        pytest.skip("there is no chart")
    assert (ROOT / source["path"]).is_dir()
    for file in source.get("helm", {}).get("valueFiles", []):
        assert (ROOT / source["path"] / file).is_file()


def test_no_key_is_in_git(objects):
    assert "Secret" not in {each["kind"] for each in objects[2]}
    assert one(objects[2], "Application")["spec"]["source"].get("helm", {}).get("valuesObject", {}).get("gandi", {}).get(
        "token"
    ) is None


# --- The script.


@pytest.mark.parametrize("target,names", [("dev", ["dev"]), ("prod", ["prod"]), ("both", ["dev", "prod"])])
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_registers(cluster, target, names, flavour):
    fake = cluster()
    done = fake.run(SCRIPT, target, *RECORDS, "--flavour", flavour, ESDDNS_GANDI_TOKEN=KEY)
    assert done.returncode == 0, done.stderr
    objects = fake.applied()
    applications = [each for each in objects if each["kind"] == "Application"]
    assert [each["metadata"]["name"] for each in applications] == [f"esddns-{each}" for each in names]
    assert "home.site.test" in json.dumps(applications[0]) and "example.com" not in json.dumps(applications)
    secrets = [each for each in objects if each["kind"] == "Secret"]
    assert [each["metadata"]["namespace"] for each in secrets] == [
        {"dev": "esddns-dev", "prod": "esddns-system"}[each] for each in names
    ]
    assert KEY not in json.dumps([each["arguments"] for each in fake.calls]) + done.stdout + done.stderr
    fake.check_nothing_left()


def test_records_become_values_of_the_chart(cluster):
    fake = cluster()
    done = fake.run(SCRIPT, "dev", "--records", "home.site.test/A+AAAA/300,six.site.test/AAAA/::53", ESDDNS_GANDI_TOKEN=KEY)
    assert done.returncode == 0, done.stderr
    values = one(fake.applied(), "Application")["spec"]["source"]["helm"]["valuesObject"]
    assert values["records"] == [
        {"name": "home.site.test", "types": ["A", "AAAA"], "ttl": 300},
        {"name": "six.site.test", "types": ["AAAA"], "suffix": "::53"},
    ]
    assert values["gandi"]["secretKeys"]["token"] in one(fake.applied(), "Secret")["data"]


def test_records_become_a_patch_that_the_overlay_takes(cluster, tmp_path):
    import subprocess

    fake = cluster()
    done = fake.run(SCRIPT, "prod", "--flavour", "kustomize", "--records", "home.site.test/A+AAAA", ESDDNS_GANDI_TOKEN=KEY)
    assert done.returncode == 0, done.stderr
    source = one(fake.applied(), "Application")["spec"]["source"]
    # As Argo CD does it: a kustomization on top of the path.
    subprocess.run(["cp", "-R", ROOT / "deploy", tmp_path / "deploy"], check=True)
    (tmp_path / "deploy/run").mkdir()
    (tmp_path / "deploy/run/kustomization.yaml").write_text(
        yaml.safe_dump({"resources": ["../overlays/production"], "patches": source["kustomize"]["patches"]})
    )
    rendered = list(yaml.safe_load_all(subprocess.check_output([KUBECTL, "kustomize", tmp_path / "deploy/run"], text=True)))
    for kind, expected in [
        ("DaemonSet", {"ESDDNS_RECORDS": "home.site.test/A+AAAA", "ESDDNS_FAMILIES": "ipv4,ipv6"}),
        ("Deployment", {"ESDDNS_FAMILIES": "ipv4,ipv6"}),
    ]:
        variables = one(rendered, kind)["spec"]["template"]["spec"]["containers"][0]["env"]
        assert expected.items() <= {each["name"]: each.get("value") for each in variables}.items()


def test_a_fork_is_allowed_by_its_project(cluster):
    fake = cluster()
    url = "https://git.site.test/esddns.git"
    done = fake.run(SCRIPT, "prod", "--repository", url, "--revision", "v1.2.3", ESDDNS_GANDI_TOKEN=KEY)
    assert done.returncode == 0, done.stderr
    assert one(fake.applied(), "AppProject")["spec"]["sourceRepos"] == [url]
    source = one(fake.applied(), "Application")["spec"]["source"]
    assert (source["repoURL"], source["targetRevision"]) == (url, "v1.2.3")


def test_the_secret_that_is_there_is_kept(cluster):
    fake = cluster({"call": "get secret", "out": "secret/esddns-credentials\n"})
    assert fake.run(SCRIPT, "dev", *RECORDS).returncode == 0
    assert {each["kind"] for each in fake.applied()} == {"AppProject", "Application"}


def test_dry_run_asks_nobody_and_hides_the_key(cluster):
    fake = cluster()
    done = fake.run(SCRIPT, "both", *RECORDS, "--dry-run", ESDDNS_GANDI_TOKEN=KEY)
    assert done.returncode == 0 and fake.calls == [] and KEY not in done.stdout
    assert len([each for each in yaml.safe_load_all(done.stdout) if each]) == 6


@pytest.mark.parametrize(
    "arguments,message",
    [
        ([], "which environment: dev, prod or both?"),
        (["production"], '"production" is no environment: expected dev, prod or both'),
        (["dev", "--flavour", "jsonnet"], "expected helm or kustomize"),
        (["dev", "--repository", "ftp://x"], "expected a URL"),
        (["dev", "--repository", "https://me:secret@git.site.test/x.git"], "credentials do not belong into a URL"),
        (["prod", *RECORDS, "--revision", "main"], "prod takes a release or a commit"),
        (["both", *RECORDS, "--revision", "HEAD"], "prod takes a release or a commit"),
        (["dev", "--records", "a b"], "expected a list such as"),
        (["dev", "--records", "home..site.test"], "is no domain name"),
        (["dev", "--records", "home.site.test/60"], "gandi takes 300 to 2592000 s"),
        (["dev", "--argocd-namespace", "Argo"], "expected a name such as argocd"),
    ],
)
def test_a_wrong_command_line_is_one_message(cluster, arguments, message):
    fake = cluster()
    done = fake.run(SCRIPT, *arguments, ESDDNS_GANDI_TOKEN=KEY)
    assert done.returncode == 64 and message in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr
    assert fake.calls == []


@pytest.mark.parametrize(
    "rules,arguments,environment,message",
    [
        ([{"call": "get --raw", "code": 1, "err": "refused\n"}], RECORDS, {"ESDDNS_GANDI_TOKEN": KEY}, "no cluster answers"),
        ([{"call": "get customresource", "out": ""}], RECORDS, {"ESDDNS_GANDI_TOKEN": KEY}, "the cluster has no Argo CD"),
        (
            [{"call": "get customresource", "code": 1, "err": "Forbidden\n"}],
            RECORDS, {"ESDDNS_GANDI_TOKEN": KEY}, "whether the cluster has Argo CD cannot be seen; nothing has been changed",
        ),
        ([{"call": "get namespace", "out": ""}], RECORDS, {"ESDDNS_GANDI_TOKEN": KEY}, "there is no namespace argocd"),
        (
            [{"call": "get namespace", "code": 1, "err": "Forbidden\n"}],
            RECORDS, {"ESDDNS_GANDI_TOKEN": KEY}, "whether there is a namespace argocd cannot be seen",
        ),
        (
            [{"call": "can-i patch appprojects", "out": "no\n"}],
            RECORDS, {"ESDDNS_GANDI_TOKEN": KEY}, "patch appprojects.argoproj.io in argocd",
        ),
        ([], RECORDS, {}, "no key for gandi: there is no Secret esddns-credentials in esddns-dev"),
        ([], [], {"ESDDNS_GANDI_TOKEN": KEY}, "no records to keep in step"),
        ([], RECORDS, {"ESDDNS_CLOUDFLARE_TOKEN": KEY}, "the files are for gandi"),
        ([{"call": "dry-run=server", "code": 1, "err": "no\n"}], RECORDS, {"ESDDNS_GANDI_TOKEN": KEY}, "refuses the objects of dev"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_changed(cluster, rules, arguments, environment, message):
    fake = cluster(*rules)
    done = fake.run(SCRIPT, "dev", *arguments, **environment)
    assert done.returncode == 1 and message in done.stderr, done.stderr
    assert fake.changes == []
    fake.check_nothing_left()
