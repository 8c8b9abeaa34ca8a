#!/usr/bin/env bash
# usage: test-chart.sh [ARGUMENT...]
#
# Tests the chart and the guides with what scripts/install-deployment-tools.sh has installed, and all ways to install on a real API
# server if KUBEBUILDER_ASSETS names the directory of one. Arguments are handed on to pytest, such as -k NAME.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

exec .build-tools/deployment/bin/python -B -m pytest -q -p no:cacheprovider Tests/Deployment/{Chart,Guides,Cluster} "$@"
