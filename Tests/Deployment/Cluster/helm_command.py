"""The command line of Helm, over Helm's own engine: as much of it as the guides use.

usage: python helm_command.py install|upgrade|rollback|uninstall|template|lint|show … , with the cluster of KUBECONFIG

Where HELM_RELEASES names a file, there is no cluster: charts are rendered with their values, which the file keeps by release.
"""

import argparse
import json
import os
import pathlib
import sys

import helm_python
import yaml


def merged(below, above):
    both = isinstance(below, dict) and isinstance(above, dict)
    return below | {key: merged(below.get(key), value) for key, value in above.items()} if both else above


def values_of(arguments):
    """As Helm merges them: files in their order, then what --set says."""
    values = {}
    for file in arguments.values:
        values = merged(values, yaml.safe_load(pathlib.Path(file).read_text()) or {})
    if arguments.set:
        values = merged(values, helm_python.parse_set_string(",".join(arguments.set)))
    return values


def parse(words):
    parser = argparse.ArgumentParser(prog="helm", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name, *positional, values=True):
        one = commands.add_parser(name, allow_abbrev=False)
        for each in positional:
            one.add_argument(each)
        one.add_argument("-n", "--namespace", default="default")
        one.add_argument("--kubeconfig", default=os.environ.get("KUBECONFIG"))
        one.add_argument("--kube-context")
        if values:
            one.add_argument("-f", "--values", action="append", default=[])
            one.add_argument("--set", action="append", default=[])
        if name in ("install", "upgrade", "rollback", "uninstall"):
            one.add_argument("--wait", nargs="?", const="watcher")
            one.add_argument("--timeout", default="5m")
        return one

    for name in ("install", "upgrade"):
        one = command(name, "release", "chart")
        one.add_argument("--create-namespace", action="store_true")
        one.add_argument("--dry-run", choices=["client", "server", "none"])
        one.add_argument("--rollback-on-failure", action="store_true")
        if name == "upgrade":
            one.add_argument("-i", "--install", action="store_true")
            one.add_argument("--reuse-values", action="store_true")
            one.add_argument("--reset-then-reuse-values", action="store_true")
    command("template", "release", "chart")
    command("lint", "chart")
    command("rollback", "release", values=False).add_argument("revision", nargs="?", type=int)
    command("uninstall", "release", values=False)
    command("history", "release", values=False)
    command("status", "release", values=False)
    commands.add_parser("show").add_argument("what", nargs=2)
    get = commands.add_parser("get")
    get.add_argument("what", choices=["values"])
    get.add_argument("release")
    get.add_argument("-n", "--namespace", default="default")
    get.add_argument("--kubeconfig", default=os.environ.get("KUBECONFIG"))
    get.add_argument("--kube-context")
    return parser.parse_args(words)


def run_without_cluster(arguments, file):
    known = json.loads(file.read_text()) if file.exists() else {}
    key = f"{arguments.namespace}/{arguments.release}"
    if arguments.command == "install" and key in known:
        raise OSError("cannot reuse a name that is still in use")
    if arguments.command not in ("install", "upgrade") and key not in known:
        raise OSError(f"release {key} not found")
    if arguments.command in ("install", "upgrade"):
        if arguments.command == "upgrade" and not arguments.install and key not in known:
            raise OSError(f"release {key} not found")
        reuses = arguments.command == "upgrade" and (arguments.reuse_values or arguments.reset_then_reuse_values)
        values = merged(known.get(key, {}) if reuses else {}, values_of(arguments))
        with helm_python.Chart.load(arguments.chart) as chart:
            files = chart.render(values, name=arguments.release, namespace=arguments.namespace)
        known[key] = values
        answer = next(text for path, text in files.items() if path.endswith("NOTES.txt"))
    else:
        answer = f"{arguments.command} of {key}"
        if arguments.command == "uninstall":
            del known[key]
    file.write_text(json.dumps(known))
    return answer


def seconds(text):
    units = {"s": 1, "m": 60, "h": 3600}
    return int(text[:-1]) * units[text[-1]]


def run(arguments):
    if arguments.command == "show":
        kind, chart = arguments.what
        file = {"values": "values.yaml", "chart": "Chart.yaml", "readme": "README.md"}[kind]
        return pathlib.Path(chart, file).read_text()
    if arguments.command in ("template", "lint"):
        with helm_python.Chart.load(arguments.chart) as chart:
            files = chart.render(values_of(arguments), name=getattr(arguments, "release", "test"), namespace=arguments.namespace)
        return "\n---\n".join(text for path, text in sorted(files.items()) if not path.endswith(".txt"))
    if os.environ.get("HELM_RELEASES"):
        return run_without_cluster(arguments, pathlib.Path(os.environ["HELM_RELEASES"]))
    with helm_python.Config(kubeconfig_path=arguments.kubeconfig, kube_context=arguments.kube_context, namespace=arguments.namespace,
                            burst_limit=1000, qps=1000) as helm:
        if arguments.command in ("install", "upgrade"):
            options = {"namespace": arguments.namespace, "timeout": seconds(arguments.timeout), "wait": arguments.wait,
                       "dry_run": arguments.dry_run, "rollback_on_failure": arguments.rollback_on_failure}
            command = arguments.command
            if command == "upgrade" and arguments.install:
                try:
                    helm.status(arguments.release)
                except helm_python.HelmNotFoundError:
                    command = "install"
            if command == "install":
                release = helm.install(arguments.chart, arguments.release, values_of(arguments),
                                       create_namespace=arguments.create_namespace, **options)
            else:
                values = values_of(arguments)
                if arguments.reset_then_reuse_values:
                    values = merged(helm.get_values(arguments.release) or {}, values)
                release = helm.upgrade(arguments.chart, arguments.release, values, reuse_values=arguments.reuse_values,
                                       reset_values=arguments.reset_then_reuse_values, **options)
            return f"NAME: {release['name']}\nREVISION: {release.get('version')}\nNOTES:\n{release.get('notes', '')}"
        if arguments.command == "rollback":
            helm.rollback(arguments.release, version=arguments.revision, timeout=seconds(arguments.timeout), wait=arguments.wait)
            return "Rollback was a success! Happy Helming!"
        if arguments.command == "uninstall":
            return helm.uninstall(arguments.release, timeout=seconds(arguments.timeout), wait=arguments.wait).get("info") or (
                f'release "{arguments.release}" uninstalled')
        if arguments.command == "get":
            return yaml.safe_dump(helm.get_values(arguments.release))
        return yaml.safe_dump({"history": helm.history, "status": helm.status}[arguments.command](arguments.release))


if __name__ == "__main__":
    try:
        print(run(parse(sys.argv[1:])))
    except (helm_python.HelmError, OSError) as error:
        sys.exit(f"Error: {error}")
