"""usage: metrics-server.py BYTES

Serves what a benchmark compares our status server with, on a free port of 127.0.0.1, and prints that port: 500 series by the official
client's own exposition at /metrics, and a file of so many bytes at /page. Keeps connections open, as our server does; ends with its
standard input.
"""

import http.server
import sys
import threading

import prometheus_client

# Ours has none: when a series was made is no series of its own.
prometheus_client.disable_created_metrics()
registry = prometheus_client.CollectorRegistry()
for number in range(20):
    counter = prometheus_client.Counter(f"bench_counter_{number}", "A counter.", ["record", "type"], registry=registry)
    for record in range(10):
        counter.labels(f"host-{record}.example.com", "A").inc(number)
for number in range(11):
    gauge = prometheus_client.Gauge(f"bench_gauge_{number}", "A gauge.", ["record", "type"], registry=registry)
    for record in range(10 if number < 10 else 2):
        gauge.labels(f"host-{record}.example.com", "A").set(number)
bounds = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
for number in range(11):
    histogram = prometheus_client.Histogram(f"bench_timer_{number}_seconds", "A timer.", registry=registry, buckets=bounds)
    histogram.observe(0.003 * number)

page = b"x" * int(sys.argv[1])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet an answer: otherwise Nagle's algorithm waits for the client's delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self):
        body = prometheus_client.generate_latest(registry) if self.path == "/metrics" else page
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
