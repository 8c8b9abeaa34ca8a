"""Leaders and updaters at work under the Roles of rendered objects, against a server that enforces them and writes down each request."""

import json
import pathlib
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request

from small_servers import Provider, StunServers

# Of what is told seldom, a run need not contain anything, nor the same thing twice.
EVENTS = {("", "events", None, "create"), ("", "events", None, "patch")}
NODES = ("node-1", "node-2")
PATHS = {
    "ConfigMap": "api/v1/namespaces/{}/configmaps", "ServiceAccount": "api/v1/namespaces/{}/serviceaccounts",
    "Service": "api/v1/namespaces/{}/services", "Lease": "apis/coordination.k8s.io/v1/namespaces/{}/leases",
    "Role": "apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles",
    "RoleBinding": "apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def grants(rules):
    """One (group, resource, name, verb) for each thing that is allowed; the name is None where any is."""
    return {
        (group, resource, name, verb)
        for rule in rules for group in rule["apiGroups"] for resource in rule["resources"]
        for name in rule.get("resourceNames", [None]) for verb in rule["verbs"]
    }


class ClusterAtWork:
    """The server, and the processes that are started beside it. To be used by "with"."""

    def __init__(self, executables, directory, namespace):
        self.executables, self.directory, self.namespace = pathlib.Path(executables), directory, namespace
        self.state, self.port = directory / "cluster", free_port()
        self.calls_file = directory / "calls"
        self.processes = {}
        self.environments = {}
        self.taken = set()
        self.ports = {}
        self.stun = StunServers({socket.AF_INET: "93.184.216.7", socket.AF_INET6: "2a00:1450:4001:830::7"})
        self.provider = Provider("example.com")

    def __enter__(self):
        self.start("cluster", "esddns-cluster", {}, "simulate", "--state", str(self.state), "--listen", f"127.0.0.1:{self.port}",
                   "--calls", str(self.calls_file), "--custom-resource", "externaldns.k8s.io/v1alpha1/DNSEndpoint/dnsendpoints")
        self.until("the server answers", lambda: (self.state / "admin-token").exists() and self.is_up())
        return self

    def __exit__(self, *_):
        self.stun.close()
        self.provider.close()
        for process in reversed(self.processes.values()):
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, label, name, environment, *arguments):
        with (self.directory / f"{label}.log").open("a") as file:
            self.processes[label] = subprocess.Popen([self.executables / name, *arguments], env=environment, stdout=file, stderr=file)

    def kill(self, label):
        process = self.processes.pop(label)
        process.send_signal(signal.SIGKILL)
        process.wait()
        return label

    def request(self, path, body=None, method=None):
        context = ssl.create_default_context(cafile=self.state / "ca.crt")
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}/{path}", data=None if body is None else json.dumps(body).encode(), method=method,
            headers={"Authorization": f"Bearer {(self.state / 'admin-token').read_text()}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, context=context, timeout=10) as response:
            return json.load(response)

    def is_up(self):
        try:
            return self.request("version")
        except (OSError, urllib.error.URLError):
            return None

    def apply(self, objects):
        namespaces = {one["metadata"].get("namespace", self.namespace) for one in objects if one["kind"] in PATHS} | {self.namespace}
        known = {one["metadata"]["name"] for one in self.request("api/v1/namespaces")["items"]}
        for name in sorted(namespaces - known):
            self.request("api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        for one in objects:
            if one["kind"] in PATHS:
                self.request(PATHS[one["kind"]].format(one["metadata"].get("namespace", self.namespace)), one)

    def set_status(self, one):
        """Writes the status of an object that is there, as a controller of the cluster would."""
        path = f"{PATHS[one['kind']].format(one['metadata']['namespace'])}/{one['metadata']['name']}"
        version = self.request(path)["metadata"]["resourceVersion"]
        self.request(f"{path}/status", one | {"metadata": one["metadata"] | {"resourceVersion": version}}, "PUT")

    def account_directory(self, account):
        """What a kubelet mounts for a pod of the account."""
        directory = self.directory / account
        if not directory.exists():
            directory.mkdir()
            token = self.request(f"api/v1/namespaces/{self.namespace}/serviceaccounts/{account}/token", {
                "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"audiences": [], "expirationSeconds": 3600}})
            (directory / "token").write_text(token["status"]["token"])
            (directory / "ca.crt").write_text((self.state / "ca.crt").read_text())
            (directory / "namespace").write_text(self.namespace)
            (directory / "key").write_text("not-a-key")
        return directory

    def start_pods(self, component, account, environment):
        """One process for each node, with the environment of the pods; what is outside of the machine is replaced."""
        directory = self.account_directory(account)
        for node in NODES:
            label = f"{component} {node}"
            self.ports[label] = free_port()
            settings = {
                name: str(directory / "key") if name.endswith("_FILE") else value for name, value in environment.items()
            } | {
                "POD_NAMESPACE": self.namespace, "ESDDNS_NODE_NAME": node,
                "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(self.port),
                "ESDDNS_SERVICE_ACCOUNT_DIRECTORY": str(directory), "ESDDNS_LISTEN": f"127.0.0.1:{self.ports[label]}",
                # Nobody is waited for longer than a test likes.
                "ESDDNS_LEASE_DURATION": "4s", "ESDDNS_RENEW_DEADLINE": "2s", "ESDDNS_RETRY_PERIOD": "500ms",
                "ESDDNS_PROBE_INTERVAL": "1s", "ESDDNS_HEARTBEAT_INTERVAL": "1s", "ESDDNS_STALE_AFTER": "10s",
                "ESDDNS_ALLOW_NON_GLOBAL": "true", "ESDDNS_RESOLVERS": "127.0.0.1:1",
                "ESDDNS_NAME_SERVERS": "127.0.0.1:1",
            }
            # Which is refused where nobody is asked.
            if not settings.get("ESDDNS_ADDRESS_SOURCE", "").startswith("service/"):
                settings |= {"ESDDNS_DETECTION": "stun", "ESDDNS_STUN_SERVERS": self.stun_servers}
            if "ESDDNS_GANDI_API_KEY_FILE" in settings or "ESDDNS_GANDI_TOKEN_FILE" in settings:
                settings["ESDDNS_GANDI_BASE_URL"] = self.provider.url
            self.environments[label] = settings
            self.start(label, f"esddns-{component}", settings)

    @property
    def stun_servers(self):
        if not self.stun.sockets:
            self.stun_list = ",".join(f"operator-{number}={self.stun.add(host)}" for number in range(3) for host in ("127.0.0.1", "::1"))
        return self.stun_list

    # --- What is seen of them.

    def until(self, what, check, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := check():
                return found
            ended = [label for label, process in self.processes.items() if process.poll() is not None]
            assert not ended, f"{ended} ended before {what}\n{self.logs()}"
            time.sleep(0.05)
        raise AssertionError(f"{what}, but not within {seconds} s\n{self.logs()}")

    def labels(self, component):
        return [label for label in self.processes if label.startswith(component + " ")]

    def data(self, name):
        return self.request(f"api/v1/namespaces/{self.namespace}/configmaps/{name}").get("data", {})

    def is_ready(self, label):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[label]}/readyz", timeout=10) as response:
                return response.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def metrics(self, label):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[label]}/metrics", timeout=10) as response:
            return response.read().decode()

    @property
    def calls(self):
        return [json.loads(line) for line in self.calls_file.read_text().splitlines()]

    def logs(self):
        return "\n".join(f"--- {path.name}\n{path.read_text()[-4000:]}" for path in sorted(self.directory.glob("*.log")))

    def address_changes(self, number):
        """The site's line gets other addresses."""
        self.stun.addresses = {socket.AF_INET: f"93.184.216.{number}", socket.AF_INET6: f"2a00:1450:4001:830::{number}"}

    def expect_published(self, name):
        def published():
            return (self.data(name).get("ipv4"), self.data(f"{name}-ipv6").get("ipv6")) == tuple(self.stun.addresses.values())

        self.until(f"{self.stun.addresses} are published", published)

    def expect_records(self):
        """The provider's records hold the addresses."""
        def values():
            return {value for record in self.provider.records.values() for value in record["rrset_values"]}

        self.until(f"the records are {self.stun.addresses}", lambda: values() == set(self.stun.addresses.values()))

    def leading(self, lease):
        """The process that holds the Lease, whose identity begins with the name of the node."""
        holder = self.request(f"{PATHS['Lease'].format(self.namespace)}/{lease}")["spec"]["holderIdentity"]
        return next(label for label in self.labels("leader") if holder.startswith(label.split()[1] + "_"))

    def expect_new_lease(self, lease):
        """Somebody deletes the Lease: whoever led ends, to be started again, and a leader makes another Lease."""
        label, leases = self.leading(lease), PATHS["Lease"].format(self.namespace)
        self.request(f"{leases}/{lease}", method="DELETE")
        assert self.processes.pop(label).wait(timeout=30) == 75, self.logs()
        self.until("there is a Lease again", lambda: self.request(leases)["items"])
        self.start(label, "esddns-leader", self.environments[label])

    def expect_new_leader(self, lease):
        """The holder of the Lease is killed, and another process leads."""
        before = self.kill(self.leading(lease))
        path = f"{PATHS['Lease'].format(self.namespace)}/{lease}"
        self.until(
            "another leads", lambda: self.request(path)["spec"].get("holderIdentity", "").split("_")[0] not in ("", before.split()[1]))

    def live_through_changes(self, address, lease):
        """Election, publication, records, changes that come again, the loss of the Lease, the death of a leader, and what follows."""
        self.expect_published(address)
        self.expect_records()
        for number in (8, 7, 8):
            self.address_changes(number)
            self.expect_published(address)
            self.expect_records()
        self.expect_new_lease(lease)
        self.expect_new_leader(lease)
        self.address_changes(9)
        self.expect_published(address)
        self.expect_records()
        for label in self.labels("leader") + self.labels("updater"):
            self.until(f"{label} is ready", lambda label=label: self.is_ready(label))
        self.until("events have been told", lambda: self.request(f"api/v1/namespaces/{self.namespace}/events")["items"])

    def live_without_watching(self, role, records):
        """Updaters that cannot watch the claims read them; as long as a watch is not open, they do so as well."""
        path = f"{PATHS['Role'].format(self.namespace)}/{role}"
        one = self.request(path)
        for rule in one["rules"]:
            if rule.get("resourceNames") == [records]:
                rule["verbs"] = [verb for verb in rule["verbs"] if verb not in ("list", "watch")]
        self.request(path, one, "PUT")
        self.taken = {("configmaps", records, verb) for verb in ("list", "watch")}
        for label in self.labels("updater"):
            self.kill(label)
            self.start(label, "esddns-updater", self.environments[label])
        self.address_changes(10)
        self.expect_records()

    def unused_permissions(self, account, rules):
        """Permissions that the account did not use; fails unless every request of the account was allowed."""
        user = f"system:serviceaccount:{self.namespace}:{account}"
        mine = [call for call in self.calls if call["user"] == user]
        assert mine, f"{user} asked for nothing"
        refused = [call for call in mine if not call["isAllowed"] and (call["resource"], call["name"], call["verb"]) not in self.taken]
        assert not refused, f"{refused}\n{self.logs()}"
        return grants(rules) - {
            (call["group"], call["resource"], name, call["verb"])
            for call in mine if call["isAllowed"] for name in (call["name"], None)}
