"""As much of an API server as Helm needs to install, upgrade, roll back and remove a release, and a record of what it asked for.

It keeps objects, merges what is applied or patched, and knows nothing of what they mean: no defaults, no validation, no ownership of
fields. What a test learns from it is what Helm sends, and what is left of what others have written.
"""

import contextlib
import copy
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import yaml

# group/version: (kind, plural)
RESOURCES = {
    "v1": [("ConfigMap", "configmaps"), ("Secret", "secrets"), ("Service", "services"), ("ServiceAccount", "serviceaccounts"),
           ("Namespace", "namespaces")],
    "apps/v1": [("Deployment", "deployments"), ("DaemonSet", "daemonsets")],
    "coordination.k8s.io/v1": [("Lease", "leases")],
    "policy/v1": [("PodDisruptionBudget", "poddisruptionbudgets")],
    "networking.k8s.io/v1": [("NetworkPolicy", "networkpolicies"), ("Ingress", "ingresses")],
    "rbac.authorization.k8s.io/v1": [("Role", "roles"), ("RoleBinding", "rolebindings")],
    "monitoring.coreos.com/v1": [("ServiceMonitor", "servicemonitors"), ("PodMonitor", "podmonitors"),
                                 ("PrometheusRule", "prometheusrules")],
}


def root_of(version):
    return f"/apis/{version}" if "/" in version else f"/api/{version}"


def openapi(version, kinds):
    """Tells that the server validates fields by itself, so that Helm does not ask for schemas."""
    group, _, short = version.rpartition("/")
    return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1.36.2"}, "paths": {
        f"{root_of(version)}/namespaces/{{namespace}}/{plural}/{{name}}": {"patch": {
            "parameters": [{"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}],
            "x-kubernetes-group-version-kind": {"group": group, "version": short, "kind": kind},
            "responses": {"200": {"description": "OK"}}}}
        for kind, plural in kinds}}


def merge(target, patch):
    """RFC 7396."""
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict) and isinstance(target.get(key), dict):
            merge(target[key], value)
        else:
            target[key] = value
    return target


class APIServer:
    def __init__(self, without=(), kubernetes="v1.36.2"):
        self.kubernetes = kubernetes
        self.groups = {version: kinds for version, kinds in RESOURCES.items() if version.split("/")[0] not in without}
        self.objects = {}
        # (method, path, body) of every request that changes something.
        self.changes = []
        self.version = 1
        self.lock = threading.Lock()

    @contextlib.contextmanager
    def running(self):
        handler = type("Handler", (Handler,), {"server_state": self})
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.port = server.server_address[1]
            try:
                yield self
            finally:
                server.shutdown()

    @property
    def kubeconfig(self):
        return yaml.safe_dump({
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": {"server": f"http://127.0.0.1:{self.port}"}}],
            "users": [{"name": "test", "user": {}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        })

    def get(self, plural, namespace, name):
        return copy.deepcopy(self.objects.get((plural, namespace, name)))

    def names(self, namespace, without=("secrets",)):
        return {(plural, name) for plural, ns, name in self.objects if ns == namespace and plural not in without}

    # What the program and the controllers of a cluster would do.
    def write(self, plural, namespace, name, patch):
        with self.lock:
            self.stored((plural, namespace, name), merge(self.objects[plural, namespace, name], patch))

    def stored(self, key, one):
        self.version += 1
        one.setdefault("metadata", {})["resourceVersion"] = str(self.version)
        one["metadata"].setdefault("uid", f"00000000-0000-0000-0000-{self.version:012}")
        self.objects[key] = one
        return 200, one

    def answer(self, method, path, query, body):
        if method != "GET":
            self.changes.append((method, path, copy.deepcopy(body)))
        if path == "/version":
            return 200, {"major": "1", "minor": self.kubernetes.split(".")[1], "gitVersion": self.kubernetes}
        if path == "/api":
            return 200, {"kind": "APIVersions", "versions": ["v1"]}
        if path == "/apis":
            groups = [version.split("/") for version in self.groups if "/" in version]
            return 200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": [
                {"name": group, "versions": [{"groupVersion": f"{group}/{version}", "version": version}],
                 "preferredVersion": {"groupVersion": f"{group}/{version}", "version": version}} for group, version in groups]}
        if path == "/openapi/v3":
            return 200, {"paths": {root_of(version)[1:]: {"serverRelativeURL": f"/openapi/v3{root_of(version)}"} for version in self.groups}}
        for version, kinds in self.groups.items():
            root = root_of(version)
            if path == f"/openapi/v3{root}":
                return 200, openapi(version, kinds)
            if path == root:
                return 200, {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": [
                    {"name": plural, "singularName": kind.lower(), "kind": kind, "namespaced": kind != "Namespace",
                     "verbs": ["get", "list", "create", "update", "patch", "delete", "deletecollection", "watch"]}
                    for kind, plural in kinds]}
            for kind, plural in kinds:
                match = re.fullmatch(rf"{re.escape(root)}(?:/namespaces/([^/]+))?/{plural}(?:/([^/]+))?", path)
                if match:
                    with self.lock:
                        return self.resource(method, version, kind, (plural, match[1], match[2]), query, body)
        return status(404, "NotFound", f"there is nothing at {path}")

    def resource(self, method, version, kind, key, query, body):
        plural, namespace, name = key
        if name is None and method == "GET":
            wanted = dict(part.split("=", 1) for part in query.get("labelSelector", "").split(",") if "=" in part)
            items = [one for (p, ns, _), one in sorted(self.objects.items()) if p == plural and namespace in (None, ns)
                     and wanted.items() <= one["metadata"].get("labels", {}).items()]
            return 200, {"kind": kind + "List", "apiVersion": version, "metadata": {"resourceVersion": str(self.version)}, "items": items}
        if method == "POST":
            key = (plural, namespace, body["metadata"]["name"])
            if key in self.objects:
                return status(409, "AlreadyExists", f"{key} exists")
            return 201, self.stored(key, body)[1]
        known = self.objects.get(key)
        if method == "PATCH" and known is None and query.get("fieldManager") and body.get("kind"):
            return 201, self.stored(key, body)[1]
        if known is None:
            return status(404, "NotFound", f'{plural} "{name}" not found')
        if method == "GET":
            return 200, known
        if method == "DELETE":
            del self.objects[key]
            return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success", "details": {"name": name, "kind": plural}}
        if method == "PUT":
            return self.stored(key, body)
        body.get("metadata", {}).pop("managedFields", None)
        return self.stored(key, merge(known, body))


def status(code, reason, message):
    return code, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": message}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: apart, each answer would wait for the client's delayed acknowledgement.
    wbufsize = -1

    def handle_any(self):
        url = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        body = yaml.safe_load(raw) if raw else {}
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        code, answer = self.server_state.answer(self.command, url.path, query, body)
        data = json.dumps(answer).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def log_message(self, *_):
        pass
