"""etcd and kube-apiserver on free loopback ports, as Tests/ControlPlaneKit starts them for the Swift tests.

There are neither controllers nor kubelets: what those would do, tests do in their place. Permissions are enforced, and so is all
admission that a cluster has by default: pod security, service accounts, the rules of Services.
"""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time

import yaml

ASSETS = os.environ.get("KUBEBUILDER_ASSETS", "")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class ControlPlane:
    """A server that is up. Calls of kubectl are those of a cluster-admin unless a token says otherwise."""

    def __init__(self, directory, port, kubectl):
        self.directory = pathlib.Path(directory)
        self.port = port
        self.binary = kubectl
        self.kubeconfig = self.user("admin")

    def user(self, name):
        """Writes the kubeconfig of one of the users."""
        path = self.directory / f"kubeconfig-{name}"
        path.write_text(yaml.safe_dump({
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": {
                "server": f"https://127.0.0.1:{self.port}", "certificate-authority": str(self.directory / "apiserver.crt")}}],
            "users": [{"name": name, "user": {"token": f"{name}-token"}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": name}}],
        }))
        path.chmod(0o600)
        return path

    @property
    def authority(self):
        return (self.directory / "apiserver.crt").read_text()

    def kubectl(self, *arguments, input=None, check=True):
        done = subprocess.run([self.binary, *arguments], input=input, capture_output=True, text=True, timeout=60, env={
            "KUBECONFIG": str(self.kubeconfig), "HOME": str(self.directory), "PATH": "/usr/bin:/bin"})
        assert not check or done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done

    def get(self, *arguments):
        """One object, or the objects of a list."""
        answer = json.loads(self.kubectl("get", *arguments, "--output", "json").stdout)
        return answer.get("items", answer)

    def apply(self, *objects):
        text = yaml.safe_dump_all(objects)
        self.kubectl("apply", "--server-side", "--force-conflicts", "--field-manager=test", "--filename", "-", input=text)

    def everything(self):
        """All objects that there are, of every kind, as {(kind, namespace, name): resource version}.

        But for events and what the server writes by itself: its own Leases, flow schemas, and lists of its addresses.
        """
        kinds = self.kubectl("api-resources", "--verbs=list", "--output", "name").stdout.split()
        kinds = [each for each in kinds if not each.endswith(("flowcontrol.apiserver.k8s.io", "apiregistration.k8s.io"))
                 and each.partition(".")[0] not in ("events", "componentstatuses", "ipaddresses", "endpoints")]
        found = {}
        for one in self.get(",".join(kinds), "--all-namespaces"):
            metadata = one["metadata"]
            if one["kind"] != "Lease" or not metadata["name"].startswith("apiserver-"):
                found[one["kind"], metadata.get("namespace", ""), metadata["name"]] = metadata["resourceVersion"]
        return found


@contextlib.contextmanager
def control_plane(kubectl, assets=ASSETS, users=()):
    """Runs both for as long as the context lasts. "users" are names besides admin; each has NAME-token as its token."""
    for name in ("etcd", "kube-apiserver"):
        assert os.access(pathlib.Path(assets, name), os.X_OK), f"KUBEBUILDER_ASSETS is {assets}, where there is no executable {name}"
    with tempfile.TemporaryDirectory(prefix="control-plane-") as directory, contextlib.ExitStack() as stack:
        client, peer, port = free_ports(3)
        for arguments in (["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", f"{directory}/accounts.key"],
                          ["pkey", "-in", f"{directory}/accounts.key", "-pubout", "-out", f"{directory}/accounts.pem"]):
            subprocess.run(["openssl", *arguments], check=True, capture_output=True)
        lines = ['admin-token,admin,1,"system:masters"'] + [f"{name}-token,{name},{number}" for number, name in enumerate(users, 2)]
        pathlib.Path(directory, "tokens.csv").write_text("\n".join(lines) + "\n")

        def start(name, *arguments):
            with open(f"{directory}/{name}.log", "w") as log:
                process = subprocess.Popen([pathlib.Path(assets, name), *arguments], stdout=log, stderr=log, cwd=directory)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        start("etcd", f"--data-dir={directory}/etcd", f"--listen-client-urls=http://127.0.0.1:{client}",
              f"--advertise-client-urls=http://127.0.0.1:{client}", f"--listen-peer-urls=http://127.0.0.1:{peer}",
              f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}", f"--initial-cluster=default=http://127.0.0.1:{peer}",
              "--unsafe-no-fsync", "--log-level=warn")
        server = start(
            "kube-apiserver", f"--etcd-servers=http://127.0.0.1:{client}", "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
            f"--secure-port={port}", f"--cert-dir={directory}", f"--token-auth-file={directory}/tokens.csv", "--authorization-mode=RBAC",
            "--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={directory}/accounts.pem",
            f"--service-account-signing-key-file={directory}/accounts.key", "--service-cluster-ip-range=10.0.0.0/24",
            "--endpoint-reconciler-type=none")
        plane = ControlPlane(directory, port, kubectl)
        deadline = time.monotonic() + 120
        # The namespace is one of the last things that the server makes by itself, roles are another.
        while any(plane.kubectl("get", *each, check=False).returncode for each in (
                ["--raw", "/readyz"], ["namespace", "default"], ["clusterrole", "cluster-admin"])):
            words = pathlib.Path(directory, "kube-apiserver.log").read_text()[-2000:]
            assert server.poll() is None and time.monotonic() < deadline, f"the server is not ready: {words}"
            time.sleep(0.2)
        yield plane
