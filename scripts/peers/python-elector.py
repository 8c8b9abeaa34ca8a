#!/usr/bin/env python3
"""Runs for leadership of a Lease with the elector of the official Python client, and says when it leads.

Takes the flags, and prints the lines, that every elector of the interoperability tests and benchmarks does:

    <Unix time in ns> leading IDENTITY
    <Unix time in ns> stopped IDENTITY

SIGTERM ends it. The client has no way to give a Lease back, so its successor has to wait until the Lease has expired.
"""

import argparse
import os
import signal
import sys
import time
from threading import Event

from kubernetes import config
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.leaselock import LeaseLock


def seconds(text: str) -> int:
    """Durations as Go writes them. The client takes whole seconds only."""
    for suffix, factor in (("ms", 0.001), ("s", 1), ("m", 60)):
        if text.endswith(suffix):
            value = float(text[: -len(suffix)]) * factor
            if value == int(value) and value >= 1:
                return int(value)
            break
    raise argparse.ArgumentTypeError(f"{text} has to be whole seconds, such as 15s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for flag in ("--kubeconfig", "--namespace", "--lease", "--identity"):
        parser.add_argument(flag, required=True)
    parser.add_argument("--lease-duration", type=seconds, default=15)
    parser.add_argument("--renew-deadline", type=seconds, default=10)
    parser.add_argument("--retry-period", type=seconds, default=2)
    arguments = parser.parse_args()

    def say(what: str) -> None:
        print(f"{time.time_ns()} {what} {arguments.identity}", flush=True)

    leads = False

    def lead() -> None:
        nonlocal leads
        leads = True
        say("leading")
        Event().wait()

    def stop(*_) -> None:
        if leads:
            say("stopped")
        # At once: the client's threads know no end.
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    # The thread that started this process may have had it blocked, which is inherited.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    config.load_kube_config(config_file=arguments.kubeconfig)
    lock = LeaseLock(arguments.lease, arguments.namespace, arguments.identity)
    leaderelection.LeaderElection(
        electionconfig.Config(
            lock,
            lease_duration=arguments.lease_duration,
            renew_deadline=arguments.renew_deadline,
            retry_period=arguments.retry_period,
            onstarted_leading=lead,
            onstopped_leading=stop,
        )
    ).run()
    sys.exit(1)


if __name__ == "__main__":
    main()
