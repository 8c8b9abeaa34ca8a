"""Leader and updater do their work against a server that enforces the chart's Roles: every request of theirs is allowed."""

import json
import socket
import ssl
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from conftest import LEAST, merged
from test_executables import DIRECTORY

pytestmark = pytest.mark.skipif(
    not (DIRECTORY / "esddns-cluster").exists(), reason=f"there are no executables in {DIRECTORY}; make build makes them")

NAMESPACE = "there"
KINDS = {
    "ConfigMap": "api/v1/namespaces/{}/configmaps", "ServiceAccount": "api/v1/namespaces/{}/serviceaccounts",
    "Role": "apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles",
    "RoleBinding": "apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
}


def until(what, check, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what}, but not within {seconds} s")


def stun_server(stop):
    """Answers binding requests (RFC 8489) with one address, whoever asks."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.settimeout(0.1)

    def serve():
        with server:
            while not stop.is_set():
                try:
                    request, sender = server.recvfrom(2048)
                except TimeoutError:
                    continue
                address = bytes(a ^ b for a, b in zip(socket.inet_aton("93.184.216.7"), request[4:8]))
                port = 40000 ^ struct.unpack("!H", request[4:6])[0]
                attribute = struct.pack("!HHBBH", 0x0020, 8, 0, 1, port) + address
                server.sendto(struct.pack("!HH", 0x0101, len(attribute)) + request[4:20] + attribute, sender)

    threading.Thread(target=serve, daemon=True).start()
    return f"127.0.0.1:{server.getsockname()[1]}"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Cluster:
    def __init__(self, state, port):
        self.root = f"https://127.0.0.1:{port}/"
        self.state = state

    def request(self, path, body=None):
        context = ssl.create_default_context(cafile=self.state / "ca.crt")
        request = urllib.request.Request(self.root + path, data=None if body is None else json.dumps(body).encode(), headers={
            "Authorization": f"Bearer {(self.state / 'admin-token').read_text()}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, context=context, timeout=10) as response:
            return json.load(response)

    def is_up(self):
        try:
            return self.request("version")
        except (OSError, urllib.error.URLError):
            return None


@pytest.fixture
def started():
    """Starts programs, and ends them at the end."""
    processes = []

    def start(name, environment, log, *arguments):
        with log.open("w") as file:
            processes.append(subprocess.Popen([DIRECTORY / name, *arguments], env=environment, stderr=file, stdout=file))

    yield start
    for process in reversed(processes):
        process.terminate()
    for process in processes:
        process.wait(timeout=30)


def metrics(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as response:
        return response.read().decode()


def is_ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as response:
            return response.status == 200
    except (OSError, urllib.error.URLError):
        return False


def test_every_request_is_allowed(render, started, tmp_path):
    release = render(merged(LEAST, {"gandi": {"baseUrl": "http://127.0.0.1:1"}}), name="home", namespace=NAMESPACE)
    state, port = tmp_path / "cluster", free_port()
    started("esddns-cluster", {}, tmp_path / "cluster.log", "simulate", "--state", str(state), "--listen", f"127.0.0.1:{port}")
    cluster = Cluster(state, port)
    until("the server answers", lambda: (state / "admin-token").exists() and cluster.is_up())
    cluster.request("api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    for one in release.objects:
        if one["kind"] in KINDS:
            cluster.request(KINDS[one["kind"]].format(NAMESPACE), one)
    stop = threading.Event()
    servers = [stun_server(stop) for _ in range(3)]
    ports = {}
    try:
        for component in ("leader", "updater"):
            account, directory = release.pod(component)["serviceAccountName"], tmp_path / component
            directory.mkdir()
            token = cluster.request(f"api/v1/namespaces/{NAMESPACE}/serviceaccounts/{account}/token", {
                "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"audiences": [], "expirationSeconds": 3600}})
            (directory / "token").write_text(token["status"]["token"])
            (directory / "ca.crt").write_text((state / "ca.crt").read_text())
            (directory / "namespace").write_text(NAMESPACE)
            (directory / "key").write_text("not-a-key")
            ports[component] = free_port()
            fixed = {"pod:metadata.namespace": NAMESPACE, "pod:spec.nodeName": "node-1"}
            environment = {name: fixed.get(value, value) for name, value in release.environment(component).items()} | {
                "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(port),
                "ESDDNS_SERVICE_ACCOUNT_DIRECTORY": str(directory), "ESDDNS_LISTEN": f"127.0.0.1:{ports[component]}",
                "ESDDNS_DETECTION": "stun", "ESDDNS_STUN_SERVERS": ",".join(servers), "ESDDNS_ALLOW_NON_GLOBAL": "true",
                "ESDDNS_RESOLVERS": "127.0.0.1:1", "ESDDNS_NAME_SERVERS": "127.0.0.1:1"}
            if component == "updater":
                environment["ESDDNS_GANDI_API_KEY_FILE"] = str(directory / "key")
            started(f"esddns-{component}", environment, tmp_path / f"{component}.log")

        def published():
            return cluster.request(f"api/v1/namespaces/{NAMESPACE}/configmaps/home-esddns-wan-address").get("data", {}).get("ipv4")

        assert until("the leader publishes", published) == "93.184.216.7"
        lease = cluster.request(f"apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases/home-esddns-leader")
        assert lease["spec"]["holderIdentity"]
        for component in ports:
            until(f"the {component} is ready", lambda port=ports[component]: is_ready(port))
        until("the leadership is told as an event", lambda: cluster.request(f"api/v1/namespaces/{NAMESPACE}/events")["items"])
        for component, port in ports.items():
            requests = [line for line in metrics(port).splitlines() if line.startswith("rest_client_requests_total")]
            assert any('code="200"' in line for line in requests)
            assert not [line for line in requests if 'code="401"' in line or 'code="403"' in line], (
                (tmp_path / f"{component}.log").read_text())
    finally:
        stop.set()
