"""What a site has around it, as far as leaders and updaters ask: STUN servers that tell an address, and a DNS provider."""

import json
import re
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class StunServers:
    """Answer binding requests (RFC 8489) with one address of each family, whoever asks; it may be changed at any time."""

    def __init__(self, addresses):
        self.addresses = addresses
        self.sockets = []

    def add(self, host):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        server = socket.socket(family, socket.SOCK_DGRAM)
        server.bind((host, 0))
        self.sockets.append(server)
        threading.Thread(target=self.serve, args=(server, family), daemon=True).start()
        port = server.getsockname()[1]
        return f"[{host}]:{port}" if family == socket.AF_INET6 else f"{host}:{port}"

    def serve(self, server, family):
        while True:
            try:
                request, sender = server.recvfrom(2048)
            except OSError:
                return  # Closed.
            if len(request) < 20:
                return
            # XOR-MAPPED-ADDRESS: the magic cookie, and for IPv6 the transaction's number behind it, over port and address.
            mask = request[4:20]
            address = bytes(a ^ b for a, b in zip(socket.inet_pton(family, self.addresses[family]), mask))
            port = 40000 ^ struct.unpack("!H", mask[:2])[0]
            body = struct.pack("!HHBBH", 0x0020, 4 + len(address), 0, 2 if family == socket.AF_INET6 else 1, port) + address
            server.sendto(struct.pack("!HH", 0x0101, len(body)) + request[4:20] + body, sender)

    def close(self):
        for server in self.sockets:
            server.close()


class Provider:
    """As much of Gandi's LiveDNS as its client uses, for one zone."""

    def __init__(self, zone):
        self.zone = zone
        self.records = {}
        handler = type("Handler", (ProviderHandler,), {"provider": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class ProviderHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def answer(self, code, body):
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path == f"/domains/{self.provider.zone}":
            return self.answer(200, {"fqdn": self.provider.zone})
        record = self.provider.records.get(self.path)
        return self.answer(404, {"code": 404}) if record is None else self.answer(200, record)

    def do_PUT(self):
        record = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not re.fullmatch(rf"/domains/{re.escape(self.provider.zone)}/records/[^/]+/(A|AAAA)", self.path):
            return self.answer(404, {"code": 404})
        self.provider.records[self.path] = record
        self.answer(201, {"message": "DNS Record Created"})

    def log_message(self, *_):
        pass
