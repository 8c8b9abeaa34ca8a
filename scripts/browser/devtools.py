"""A headless Chromium, driven over the DevTools protocol through pipes: nothing but Python's own library is needed."""

import json
import os
import subprocess
import tempfile
import time


class Browser:
    """One browser with a profile of its own and one page. To be used in a `with` statement."""

    def __init__(self, program="chromium"):
        self.profile = tempfile.TemporaryDirectory(prefix="esddns-browser-", ignore_cleanup_errors=True)
        self.log = open(os.path.join(self.profile.name, "log"), "wb+")
        self.last_id = 0
        self.buffer = b""
        self.session = None
        # What the page said and asked for since the start.
        self.complaints = []
        self.requests = []
        commands, self.commands = os.pipe()
        self.events, events = os.pipe()

        def place():
            # The protocol's descriptors are 3 and 4; copies first, since one may stand where the other has to go.
            source, target = os.dup(commands), os.dup(events)
            while source < 5:
                source = os.dup(source)
            while target < 5:
                target = os.dup(target)
            os.dup2(source, 3)
            os.dup2(target, 4)

        arguments = [
            program,
            "--headless=new",
            "--remote-debugging-pipe",
            f"--user-data-dir={self.profile.name}/profile",
            "--no-first-run",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-proxy-server",
            "--hide-scrollbars",
            "about:blank",
        ]
        if os.geteuid() == 0:
            # Its sandbox refuses to be built by root, as in a container.
            arguments.insert(1, "--no-sandbox")
        self.process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            close_fds=False,
            preexec_fn=place,
        )
        os.close(commands)
        os.close(events)

    def __enter__(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(self, *_):
        try:
            self.session = None
            self.call("Browser.close")
        except (EOFError, OSError, RuntimeError):
            pass
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.commands)
        os.close(self.events)
        self.log.close()
        self.profile.cleanup()

    def call(self, method, **parameters):
        """Asks the browser, or the page once there is one, and waits for the answer."""
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self.last_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self._note(answer)

    def _read(self):
        while b"\0" not in self.buffer:
            data = os.read(self.events, 1 << 16)
            if not data:
                self.log.seek(0)
                raise EOFError(f"the browser ended: {self.log.read().decode(errors='replace')[-2000:]}")
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def _note(self, event):
        parameters = event.get("params", {})
        match event.get("method"):
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(parameters["exceptionDetails"]))
            case "Log.entryAdded":
                entry = parameters["entry"]
                if entry["level"] in ("error", "warning"):
                    self.complaints.append(f"{entry['source']}: {entry['text']}")
            case "Network.requestWillBeSent":
                self.requests.append(parameters["request"]["url"])

    def evaluate(self, expression):
        """The value of a JavaScript expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def wait_for(self, expression, seconds=30):
        """Waits until an expression is true; says how long that took."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            if self.evaluate(expression):
                return time.monotonic() - start
            time.sleep(0.05)
        raise AssertionError(f"not true within {seconds} s: {expression}")
