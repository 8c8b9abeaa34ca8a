"""What is outside of a cluster: servers that tell a WAN address, and a name server with the site's record. All on loopback."""

import contextlib
import pathlib
import shutil
import socket
import struct
import subprocess
import threading
import time

ZONE = "site.test"
KEY = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"


class WAN:
    """Three servers that answer binding requests (RFC 8489) with the address that is set, whoever asks."""

    def __init__(self, address="93.184.216.7"):
        self.address = address
        self.servers = []
        self.ended = threading.Event()

    def __enter__(self):
        for _ in range(3):
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            server.bind(("127.0.0.1", 0))
            server.settimeout(0.1)
            self.servers.append(f"127.0.0.1:{server.getsockname()[1]}")
            threading.Thread(target=self.serve, args=[server], daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ended.set()

    def serve(self, server):
        with server:
            while not self.ended.is_set():
                try:
                    request, sender = server.recvfrom(2048)
                except TimeoutError:
                    continue
                address = bytes(a ^ b for a, b in zip(socket.inet_aton(self.address), request[4:8]))
                port = 40000 ^ struct.unpack("!H", request[4:6])[0]
                attribute = struct.pack("!HHBBH", 0x0020, 8, 0, 1, port) + address
                server.sendto(struct.pack("!HH", 0x0101, len(attribute)) + request[4:20] + attribute, sender)


class NameServer:
    def __init__(self, port, journal):
        self.port, self.journal = port, journal

    def address(self, name=f"home.{ZONE}"):
        return subprocess.run(["dig", "+short", "+tries=1", "-p", str(self.port), "@127.0.0.1", name, "A"], check=True,
                              capture_output=True, text=True).stdout.strip()

    @property
    def updates(self):
        """How many were accepted."""
        return self.journal.read_text().count(f"updating zone '{ZONE}/IN': adding an RR")


@contextlib.contextmanager
def name_server(directory):
    """BIND with a zone that takes updates signed with a key; home.site.test has another address at first."""
    directory = pathlib.Path(directory)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    (directory / "zone").write_text(
        f"$TTL 300\n@ SOA ns.{ZONE}. root.{ZONE}. 1 3600 600 86400 60\n@ NS ns.{ZONE}.\nns A 127.0.0.1\nhome 300 A 192.0.2.1\n")
    (directory / "named.conf").write_text(f"""
        options {{ directory "{directory}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion no;
          pid-file none; session-keyfile none; dnssec-validation no; notify no; }};
        controls {{}};
        logging {{ channel all {{ file "{directory}/log"; severity info; }}; category default {{ all; }}; category update {{ all; }}; }};
        key "esddns" {{ algorithm hmac-sha256; secret "{KEY}"; }};
        zone "{ZONE}" {{ type primary; file "{directory}/zone"; allow-update {{ key "esddns"; }}; }};
        """)
    named = shutil.which("named", path="/usr/sbin:/usr/bin")
    assert named, "bind9 is not installed; scripts/install-test-servers.sh does that"
    process = subprocess.Popen([named, "-g", "-c", directory / "named.conf", "-n", "1"], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        server = NameServer(port, directory / "log")
        deadline = time.monotonic() + 30
        while True:
            try:
                assert server.address() == "192.0.2.1"
                break
            except (AssertionError, subprocess.CalledProcessError):
                assert process.poll() is None and time.monotonic() < deadline, "named has not started"
                time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait()


def values(wan, server):
    """Values of the chart for such a site."""
    return {
        "records": [{"name": f"home.{ZONE}"}], "provider": "rfc2136",
        "rfc2136": {"server": f"127.0.0.1:{server.port}", "keyName": "esddns", "keySecret": KEY},
        "settings": {"detection": "stun", "stunServers": wan.servers, "allowNonGlobal": True, "probeInterval": "1s",
                     "nameServers": [f"127.0.0.1:{server.port}"], "resolvers": [f"127.0.0.1:{server.port}"]},
    }
