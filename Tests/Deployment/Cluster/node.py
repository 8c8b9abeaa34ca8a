"""What controllers, kubelets and a load balancer do in a cluster, in the place of those that a bare API server lacks.

Pods are made of the templates of Deployments and DaemonSets, and run as processes on this machine: with the variables that a kubelet
would give them, and with the files that it would mount, of Secrets, ConfigMaps, tokens and fields. Each has a loopback address of its
own. They are probed, and what the probes say becomes their status and that of their workload. Services of the type LoadBalancer
get an address.
"""

import base64
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import threading
import urllib.error
import urllib.request

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
LOAD_BALANCER = "192.0.2.80"


def stamp(value):
    return json.dumps(value, sort_keys=True)


class Process:
    """The one container of a pod."""

    def __init__(self, node, pod, number):
        self.pod = pod
        self.address = f"127.0.1.{number}"
        self.home = node.directory / pod["metadata"]["name"]
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir()
        self.container = pod["spec"]["containers"][0]
        self.mounts = {
            mount["mountPath"]: self.volume(node, each)
            for each in pod["spec"].get("volumes", [])
            for mount in self.container.get("volumeMounts", []) if mount["name"] == each["name"]
        }
        self.log = self.home / "log"
        command = pathlib.Path(self.container.get("command", [""])[0]).name
        # Whatever else a cluster has runs as far as anybody can see.
        if node.executables is None or not command.startswith("esddns-"):
            self.process = None
            return
        environment = self.environment(node) | {
            "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(node.plane.port),
            "ESDDNS_SERVICE_ACCOUNT_DIRECTORY": str(self.mounts[ACCOUNT]), "ESDDNS_LISTEN": f"{self.address}:{self.port}"}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [node.executables / command, *self.container.get("args", [])],
                env=environment, stdout=log, stderr=log)

    @property
    def port(self):
        return self.container["ports"][0]["containerPort"]

    def environment(self, node):
        namespace = self.pod["metadata"]["namespace"]
        result = {}
        for source in self.container.get("envFrom", []):
            result |= node.plane.get("configmap", source["configMapRef"]["name"], "-n", namespace).get("data", {})
        fields = {"metadata.namespace": namespace, "spec.nodeName": self.pod["spec"]["nodeName"]}
        for each in self.container.get("env", []):
            value = fields[each["valueFrom"]["fieldRef"]["fieldPath"]] if "valueFrom" in each else each.get("value", "")
            for path, directory in self.mounts.items():
                value = value.replace(path, str(directory))
            result[each["name"]] = value.replace("$$(", "$(")
        return {name: re.sub("^/etc/esddns/secrets", str(self.mounts.get("/etc/esddns/secrets")), value) for name, value in result.items()}

    def volume(self, node, volume):
        directory = self.home / volume["name"]
        directory.mkdir()
        sources = volume["projected"]["sources"] if "projected" in volume else [{**volume, "secret": volume.get("secret")}]
        for source in sources:
            for path, content in self.contents(node, source):
                (directory / path).parent.mkdir(parents=True, exist_ok=True)
                (directory / path).write_bytes(content)
        return directory

    def contents(self, node, source):
        namespace = self.pod["metadata"]["namespace"]
        if source.get("serviceAccountToken"):
            token = node.plane.kubectl("create", "token", self.pod["spec"]["serviceAccountName"], "-n", namespace).stdout
            yield source["serviceAccountToken"]["path"], token.strip().encode()
        elif source.get("downwardAPI"):
            yield "namespace", namespace.encode()
        elif source.get("configMap"):
            # Published into every namespace by a controller.
            yield "ca.crt", node.plane.authority.encode()
        elif source.get("secret"):
            name = source["secret"].get("name") or source["secret"]["secretName"]
            found = node.plane.kubectl("get", "secret", name, "-n", namespace, "--output", "json", check=False)
            assert found.returncode == 0 or source["secret"].get("optional"), f"the pod would wait for the Secret {name}"
            data = json.loads(found.stdout)["data"] if found.returncode == 0 else {}
            paths = {each["key"]: each["path"] for each in source["secret"].get("items", [])} or {key: key for key in data}
            # Of a Secret that may be missing, keys may be, too.
            for key, path in paths.items():
                if source["secret"].get("optional") and key not in data:
                    continue
                yield path, base64.b64decode(data[key])

    def is_ready(self):
        if self.process is None:
            return True
        probe = self.container["readinessProbe"]["httpGet"]
        try:
            with urllib.request.urlopen(f"http://{self.address}:{self.port}{probe['path']}", timeout=3) as response:
                return response.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def read(self, path):
        with urllib.request.urlopen(f"http://{self.address}:{self.port}{path}", timeout=10) as response:
            return response.read().decode()

    def stop(self):
        """As a kubelet does it; returns the code."""
        if self.process is None:
            return 0
        self.process.terminate()
        return self.process.wait(timeout=30)


class Node:
    """Plays the rest of the cluster while the context lasts. Without executables pods are ready at once, and nothing runs."""

    def __init__(self, plane, directory, executables=None, nodes=("node-1", "node-2", "node-3"), controllers=True):
        self.plane, self.directory = plane, pathlib.Path(directory)
        self.executables, self.nodes, self.controllers = executables, nodes, controllers
        self.processes = {}
        self.failure = None
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.count = 0

    def __enter__(self):
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        for process in self.processes.values():
            process.stop()

    def run(self):
        while not self.ended.wait(0.2):
            try:
                with self.lock:
                    self.step()
            except Exception as error:  # Told to the test, which would otherwise only see that nothing happens.
                self.failure = error
                return

    def running(self, component):
        assert self.failure is None, self.failure
        return [each for each in self.processes.values()
                if each.pod["metadata"]["labels"].get("app.kubernetes.io/component") == component]

    def step(self):
        found = self.plane.get(
            "deployments,daemonsets,pods,services,namespaces,leases,configmaps", "--all-namespaces")
        kinds = collections.defaultdict(list)
        for each in found:
            kinds[each["kind"]].append(each)
        pods = {each["metadata"]["uid"]: each for each in kinds["Pod"]}
        if self.controllers:
            for namespace in kinds["Namespace"]:
                if "deletionTimestamp" in namespace["metadata"]:
                    self.empty(namespace)
            self.control(kinds["Deployment"] + kinds["DaemonSet"], pods)
            self.collect(kinds["Lease"], {each["metadata"]["uid"] for each in kinds["ConfigMap"]})
        for uid in set(self.processes) - set(pods):
            self.processes.pop(uid).stop()
        for uid, pod in pods.items():
            self.keep(uid, pod)
        for service in kinds["Service"]:
            if service["spec"]["type"] == "LoadBalancer" and not service["status"].get("loadBalancer"):
                self.status("service", service, {"loadBalancer": {"ingress": [{"ip": LOAD_BALANCER}]}})

    def keep(self, uid, pod):
        """What a kubelet does for a pod of its node."""
        if "deletionTimestamp" in pod["metadata"]:
            if uid in self.processes:
                self.processes.pop(uid).stop()
            self.plane.kubectl("delete", "pod", pod["metadata"]["name"], "-n", pod["metadata"]["namespace"], "--force",
                               "--grace-period=0", "--wait=false", check=False)
            return
        if not pod["spec"].get("nodeName"):
            return
        if uid not in self.processes:
            self.count += 1
            try:
                self.processes[uid] = Process(self, pod, self.count)
            except AssertionError:
                # A Secret or an account that is not there: a kubelet tries again, until it is or the pod is no more.
                return
        process = self.processes[uid]
        ready = process.is_ready()
        known = [each["status"] == "True" for each in pod["status"].get("conditions", []) if each["type"] == "Ready"]
        if known != [ready]:
            self.status("pod", pod, {
                "phase": "Running", "podIP": process.address, "podIPs": [{"ip": process.address}],
                "conditions": [{"type": kind, "status": str(ready), "lastTransitionTime": "2026-01-01T00:00:00Z"}
                               for kind in ("Ready", "ContainersReady")]})

    def control(self, workloads, pods):
        """What the controllers of Deployments and DaemonSets, and the scheduler, do."""
        owners = {each["metadata"]["uid"] for each in workloads}
        for workload in workloads:
            if "deletionTimestamp" in workload["metadata"]:
                continue
            uid, metadata, spec = workload["metadata"]["uid"], workload["metadata"], workload["spec"]
            own = [each for each in pods.values() if each["metadata"].get("annotations", {}).get("owner") == uid]
            template = stamp(spec["template"])
            wanted = list(self.nodes) if workload["kind"] == "DaemonSet" else [
                self.nodes[index % len(self.nodes)] for index in range(spec["replicas"])]
            for pod in own:
                if pod["metadata"]["annotations"]["template"] != template:
                    self.delete(pod)
                elif pod["spec"]["nodeName"] in wanted:
                    wanted.remove(pod["spec"]["nodeName"])
                else:
                    self.delete(pod)
            for node in wanted:
                made = self.plane.kubectl("create", "-f", "-", check=False, input=json.dumps({
                    "apiVersion": "v1", "kind": "Pod", "spec": {**spec["template"]["spec"], "nodeName": node},
                    "metadata": {"generateName": metadata["name"] + "-", "namespace": metadata["namespace"],
                                 "labels": spec["template"]["metadata"]["labels"],
                                 "annotations": {"owner": uid, "template": template}}}))
                # Such as by the admission of pods.
                if made.returncode != 0 and "being terminated" not in made.stderr:
                    self.failure = AssertionError(made.stderr)
            new = [each for each in own if each["metadata"]["annotations"]["template"] == template]
            ready = sum(any(each["type"] == "Ready" and each["status"] == "True" for each in pod["status"].get("conditions", []))
                        for pod in new)
            total = len(self.nodes) if workload["kind"] == "DaemonSet" else spec["replicas"]
            status = {"observedGeneration": metadata["generation"]} | ({
                "desiredNumberScheduled": total, "currentNumberScheduled": len(own), "updatedNumberScheduled": len(new),
                "numberReady": ready, "numberAvailable": ready, "numberMisscheduled": 0,
            } if workload["kind"] == "DaemonSet" else {
                "replicas": len(own), "updatedReplicas": len(new), "readyReplicas": ready, "availableReplicas": ready})
            if {key: workload["status"].get(key, 0) for key in status} != status:
                # Helm waits for conditions.
                times = {"lastTransitionTime": "2026-01-01T00:00:00Z", "lastUpdateTime": "2026-01-01T00:00:00Z", "message": ""}
                is_done = ready == total == len(own)
                conditions = [
                    times | {"type": "Available", "status": str(ready == total), "reason": "MinimumReplicasAvailable"},
                    times | {"type": "Progressing", "status": "True",
                             "reason": "NewReplicaSetAvailable" if is_done else "ReplicaSetUpdated"}]
                self.status(workload["kind"].lower(), workload, status | (
                    {"conditions": conditions} if workload["kind"] == "Deployment" else {}))
        for pod in pods.values():
            if pod["metadata"].get("annotations", {}).get("owner", next(iter(owners), "")) not in owners:
                self.delete(pod)

    def collect(self, leases, present):
        """What the garbage collector does: an object goes when the last of its owners has gone."""
        for lease in leases:
            owners = {each["uid"] for each in lease["metadata"].get("ownerReferences", [])}
            if owners and not owners & present:
                self.plane.kubectl("delete", "lease", lease["metadata"]["name"], "-n", lease["metadata"]["namespace"], check=False)

    def empty(self, namespace):
        """What the controller of namespaces does with one that is deleted."""
        name = namespace["metadata"]["name"]
        kinds = self.plane.kubectl("api-resources", "--namespaced", "--verbs=delete,list", "--output", "name").stdout.split()
        self.plane.kubectl("delete", ",".join(each for each in kinds if each != "pods"), "--all", "-n", name, "--wait=false", check=False)
        if not self.plane.get("pods", "-n", name):
            namespace["spec"] = {}
            self.plane.kubectl("replace", "--raw", f"/api/v1/namespaces/{name}/finalize", "-f", "-", input=json.dumps(namespace), check=False)

    def delete(self, pod):
        self.plane.kubectl("delete", "pod", pod["metadata"]["name"], "-n", pod["metadata"]["namespace"], "--wait=false", check=False)

    def status(self, kind, one, status):
        self.plane.kubectl("patch", kind, one["metadata"]["name"], "-n", one["metadata"]["namespace"], "--subresource=status",
                           "--type=merge", "--patch", json.dumps({"status": status}), check=False)
