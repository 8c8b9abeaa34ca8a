"""Programs that guides call, in the place of those that would reach for a cloud or a cluster. Each judges its arguments strictly,
writes them down, and answers as the program would.

kubectl and aws are the real programs, as far as their own reading of arguments goes; helm is Helm's engine, which renders.
gcloud and az are known by the flags that their references document (of az also by its own help, version 2.91.0).
"""

import json
import os
import pathlib
import stat
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
COMMON_AZ = {"--name", "--resource-group", "--query", "--output", "--subscription"}
AZ = {
    "account show": {"--query", "--output"},
    "aks update": COMMON_AZ | {"--enable-oidc-issuer", "--enable-workload-identity"},
    "aks show": COMMON_AZ,
    "identity create": COMMON_AZ,
    "identity show": COMMON_AZ,
    "identity delete": COMMON_AZ,
    "identity federated-credential create": COMMON_AZ | {"--identity-name", "--issuer", "--subject", "--audiences"},
    "network dns zone show": COMMON_AZ,
    "network dns record-set a show": COMMON_AZ | {"--zone-name"},
    "role assignment create": {"--assignee-object-id", "--assignee-principal-type", "--role", "--scope"},
    "role assignment delete": {"--assignee", "--role", "--scope"},
}
ZONE = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/my-dns-group/providers/Microsoft.Network/dnszones/example.com"
AZ_ANSWERS = {
    "id": "00000000-0000-0000-0000-000000000001", "oidcIssuerProfile.issuerUrl": "https://issuer.test/", "clientId":
    "00000000-0000-0000-0000-000000000002", "principalId": "00000000-0000-0000-0000-000000000003",
}
GCLOUD = {
    "projects describe": (1, {"--format"}),
    "projects add-iam-policy-binding": (1, {"--role", "--member", "--condition"}),
    "projects remove-iam-policy-binding": (1, {"--role", "--member", "--condition"}),
    "iam roles create": (1, {"--project", "--title", "--stage", "--permissions"}),
    "iam roles delete": (1, {"--project"}),
    "iam service-accounts create": (1, {"--project", "--display-name"}),
    "iam service-accounts add-iam-policy-binding": (1, {"--project", "--role", "--member"}),
    "dns record-sets list": (0, {"--zone", "--name", "--project"}),
}
SWITCHES = {"--enable-oidc-issuer", "--enable-workload-identity"}
AWS_ANSWERS = {
    "GetCallerIdentity": {"Account": "123456789012", "UserId": "x", "Arn": "arn:aws:iam::123456789012:user/x"},
    "ListHostedZonesByName": {"HostedZones": [{"Id": "/hostedzone/Z1D633PJN98FT9", "Name": "example.com.", "CallerReference": "x"}],
                              "IsTruncated": False, "MaxItems": "1"},
    "DescribeCluster": {"cluster": {"identity": {"oidc": {"issuer": "https://oidc.eks.eu-central-1.amazonaws.com/id/ABC"}}}},
}


def flags(words, known):
    """Flags with values, and what stands without one."""
    found, plain, index = {}, [], 0
    while index < len(words):
        word = words[index]
        if word.startswith("--"):
            name, has_value, value = word.partition("=")
            assert name in known, f"{name} is not documented"
            if name not in SWITCHES and not has_value:
                index += 1
                assert index < len(words) and not words[index].startswith("--"), f"{name} needs a value"
                value = words[index]
            assert value or name in SWITCHES, f"{name} is empty"
            found[name] = value
        else:
            plain.append(word)
        index += 1
    return found, plain


def command_of(words, table):
    names = [name for name in table if words[: len(name.split())] == name.split()]
    assert names, f"there is no command {' '.join(words)}"
    name = max(names, key=len)
    return name, words[len(name.split()):]


def az(words):
    name, rest = command_of(words, AZ)
    found, plain = flags(rest, AZ[name])
    assert not plain, f"az {name}: {plain}"
    if name == "network dns zone show":
        return ZONE
    if name.startswith("role assignment") and found["--role"] != "Reader":
        assert found["--scope"] == ZONE
    return AZ_ANSWERS[found["--query"]] if "--query" in found else "{}"


def gcloud(words):
    name, rest = command_of(words, GCLOUD)
    count, known = GCLOUD[name]
    found, plain = flags(rest, known)
    assert len(plain) == count, f"gcloud {name}: {plain}"
    for permission in found.get("--permissions", "").split(","):
        assert not permission or permission.startswith("dns."), permission
    return "123456789" if name == "projects describe" else ""


def aws(words):
    """The real command line: it reads its arguments, and checks them against the service's model. Only the request is not sent."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-central-1", "AWS_PAGER": ""}
    import awscli.clidriver

    driver = awscli.clidriver.create_clidriver()

    def answer(model, **_):
        class Parsed:
            status_code = 200

        return Parsed(), AWS_ANSWERS.get(model.name, {})

    # Takes the place of the exchange with the service.
    driver.session.register("before-call", answer)
    sys.exit(driver.main(words))


def kubectl(words):
    """The real program, which finds nobody at the address of its server: its own complaints about arguments come before that."""
    import subprocess

    import yaml

    text = None
    for index, word in enumerate(words):
        if word in ("-f", "--filename") and words[index + 1] == "-":
            text = sys.stdin.read()
            assert [each for each in yaml.safe_load_all(text) if each], "kubectl is given no objects"
    kubeconfig = pathlib.Path(os.environ["CALLS"]).with_name("nobody")
    kubeconfig.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "x", "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
        "clusters": [{"name": "x", "cluster": {"server": "http://127.0.0.1:1"}}], "users": [{"name": "x", "user": {}}]}))
    for word in words:
        # Files of the reader's own machine.
        name, _, path = word.rpartition("=")
        if name.startswith(("--from-file", "ESDDNS_")) and path.startswith(("/", "PATH-OF-")):
            words = [f"{name}={__file__}" if each == word else each for each in words]
    done = subprocess.run([os.environ["REAL_KUBECTL"], *words], input=text, capture_output=True, text=True, timeout=60, cwd=ROOT,
                          env={"KUBECONFIG": str(kubeconfig), "HOME": "/nonexistent", "PATH": "/usr/bin:/bin"})
    if done.returncode == 0:
        return done.stdout
    assert "127.0.0.1:1" in done.stderr and "refused" in done.stderr, done.stderr
    return ""


def git(words):
    assert words == ["pull"], words
    return ""


def argocd(words):
    assert len(words) == 3 and words[0] == "app" and words[1] in ("sync", "diff") and words[2].startswith("esddns-"), words
    return ""


def docker(words):
    assert words[0] in ("run", "buildx"), words
    return ""


NAMES = ["az", "gcloud", "aws", "kubectl", "git", "argocd", "docker"]


def install(directory, python, kubectl_path):
    """Puts them into a directory, which is to be first on PATH."""
    for name in NAMES:
        file = directory / name
        file.write_text(f"#!{python} -B\nimport sys\nsys.path.insert(0, {str(HERE)!r})\nimport stand_ins\nstand_ins.main({name!r})\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    helm = directory / "helm"
    helm.write_text(f"#!{python} -B\nimport runpy, sys\nsys.argv[0] = 'helm'\n"
                    f"runpy.run_path({str(HERE.parent / 'Cluster/helm_command.py')!r}, run_name='__main__')\n")
    helm.chmod(helm.stat().st_mode | stat.S_IXUSR)


def main(name):
    with open(os.environ["CALLS"], "a") as calls:
        calls.write(json.dumps([name, *sys.argv[1:]]) + "\n")
    try:
        print(globals()[name](sys.argv[1:]))
    except AssertionError as error:
        sys.exit(f"{name}: {error}")
