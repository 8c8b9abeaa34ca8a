#!/usr/bin/env bash
# usage: build-image.sh [OPTION…]
#
# Builds the image of the Dockerfile with buildah, without a Docker engine and without root's services, and checks it: its user,
# what is in it, that its executables start, and its size. What is compiled already is not compiled again.
#
#   --executables DIRECTORY   executables to put into the image; .build/release if not given, as "make build" leaves them
#   --build-image IMAGE       an image with Swift that compiles them instead, such as docker.io/library/swift:6.2-bookworm
#   --runtime-image IMAGE     what they are put onto; nothing (scratch) if not given
#   --tag NAME                localhost/esddns:VERSION if not given
#   --archive FILE            also write the image as an OCI archive
#   --help                    this
#
# Libraries are those of the distribution that this runs on, from a file system that debootstrap makes once. Images and base are
# kept in .build-image, which may be removed at any time. Needs root, or a user namespace ("buildah unshare scripts/build-image.sh"),
# and has to be allowed to mount, be it in a user namespace; containers with Docker's default restrictions are not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/apt.sh
source scripts/lib/apt.sh

executables=.build/release build_image='' runtime_image=scratch tag='' archive=''
while (($# > 0)); do
    case $1 in
        --help | -h) awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "${BASH_SOURCE[0]}" && exit ;;
        --executables) executables=${2:?needs a directory} && shift ;;
        --build-image) build_image=${2:?needs an image} && shift ;;
        --runtime-image) runtime_image=${2:?needs an image} && shift ;;
        --tag) tag=${2:?needs a name} && shift ;;
        --archive) archive=${2:?needs a file} && shift ;;
        *) fail "there is no option $1; see --help" ;;
    esac
    shift
done

version=$(sed -n 's/.*current = "\(.*\)".*/\1/p' Sources/AddressSync/Status/Version.swift)
[[ -n $version ]] || fail "Sources/AddressSync/Status/Version.swift names no version"
tag=${tag:-localhost/esddns:$version}
names=(esddns-leader esddns-updater esddns)
# Their files; scripts/image/build.sh makes the links.
programs=(esddns-leader esddns)
if [[ -z $build_image ]]; then
    for name in "${programs[@]}"; do
        [[ -x $executables/$name ]] || fail "there is no $executables/$name: run \"make build\" first, or give --build-image"
    done
fi

unshare --mount true 2>/dev/null || unshare --user --map-root-user --mount true 2>/dev/null \
    || fail "an image cannot be built here, because nothing can be mounted: run this as root of a machine or of a privileged container"
require_apt buildah debootstrap
find_missing buildah debootstrap
((${#missing[@]} == 0)) || install_packages "${missing[@]}"

work=$PWD/.build-image
mkdir -p "$work"
# Without overlay mounts and without containers of their own, so that it also works inside of one.
builder() {
    local command=$1
    shift
    buildah --storage-driver vfs --root "$work/storage" --runroot "$work/run" "$command" "$@"
}

context=$PWD
scratch_directory=$(mktemp -d "$work/context.XXXXXX")
containers=()
clean_up() {
    rm -rf "$scratch_directory"
    for container in "${containers[@]}"; do builder rm "$container" >/dev/null; done
}
trap clean_up EXIT

pull=--pull-never
if [[ -n $build_image ]]; then
    pull=--pull
else
    # shellcheck source=/dev/null
    suite=$(source /etc/os-release && echo "$VERSION_CODENAME")
    build_image=localhost/esddns-base:$suite
    if ! builder inspect --type image "$build_image" >/dev/null 2>&1; then
        echo "making a base of $suite"
        base=$scratch_directory/base
        as_root debootstrap --variant=minbase --include=ca-certificates,libcurl4,libstdc++6 "$suite" "$base" >"$work/debootstrap.log" 2>&1 \
            || fail "debootstrap failed: $(tail -n 3 "$work/debootstrap.log")"
        # Devices cannot be made everywhere, and none is needed; nor are the packages' archives.
        rm -rf "${base:?}"/dev/* "$base"/var/cache/apt/archives/*.deb "$base"/var/lib/apt/lists/*
        container=$(builder from scratch)
        containers+=("$container")
        builder add --quiet "$container" "$base" / >/dev/null
        builder commit --quiet "$container" "$build_image" >/dev/null
        rm -rf "$base"
    fi
    context=$scratch_directory/prebuilt
    mkdir -p "$context/executables" "$context/scripts"
    cp -R scripts/image "$context/scripts/"
    cp Dockerfile "$context/"
    for name in "${programs[@]}"; do cp "$executables/$name" "$context/executables/"; done
fi

echo "building $tag"
# Layers have no times of their own, so that the same executables make the same image.
created=$(git log -1 --format=%ct 2>/dev/null || echo 0)
builder build --quiet --isolation chroot "$pull" --file Dockerfile --timestamp "$created" --tag "$tag" \
    --build-arg "BUILD_IMAGE=$build_image" --build-arg "RUNTIME_IMAGE=$runtime_image" --build-arg "VERSION=$version" \
    --build-arg "REVISION=$(git rev-parse HEAD 2>/dev/null || echo unknown)" \
    --build-arg "CREATED=$(date --utc --date="@$created" +%Y-%m-%dT%H:%M:%SZ)" \
    "$context" >/dev/null

# --- What came of it.
problems=()
expect() { # WHAT EXPECTED FOUND
    [[ $2 == "$3" ]] || problems+=("$1 is \"$3\" instead of \"$2\"")
}
rm -rf "$work/image"
builder push --quiet "$tag" "oci:$work/image:latest" >/dev/null
mapfile -t facts < <(python3 - "$work/image" <<'PYTHON'
import json, pathlib, sys
root = pathlib.Path(sys.argv[1])
blob = lambda each: json.loads((root / "blobs" / each["digest"].replace(":", "/")).read_text())
manifest = blob(json.loads((root / "index.json").read_text())["manifests"][0])
config = blob(manifest["config"])["config"]
print(sum(each["size"] for each in manifest["layers"]))
print(config.get("User", ""))
print(" ".join(config.get("Entrypoint") or []))
print(config["Labels"].get("org.opencontainers.image.version", ""))
PYTHON
)
bytes=${facts[0]}
((bytes <= 45000000)) || problems+=("its compressed size is $bytes bytes, more than 45000000")
expect "its user" 65532:65532 "${facts[1]}"
expect "its entry point" "" "${facts[2]}"
expect "the label of its version" "$version" "${facts[3]}"

container=$(builder from --pull-never "$tag")
containers+=("$container")
files=$(builder mount "$container")
for path in bin/sh bin/bash usr/bin/sh usr/bin/bash usr/bin/dpkg usr/bin/perl; do
    [[ ! -e $files/$path ]] || problems+=("there is a /$path")
done
mapfile -t privileged < <(find "$files" -xdev -type f -perm /6000)
((${#privileged[@]} == 0)) || problems+=("there are setuid files: ${privileged[*]}")
# What a command says inside of the container. On a busy machine it happens that buildah loses all of what a process says that ends
# at once, so nothing is asked for again; whatever stays silent is a problem all the same.
answer_of() {
    local said='' attempt
    for attempt in 1 2 3; do
        said=$(builder run --isolation chroot "$container" -- "$@" 2>&1) || true
        [[ -z $said ]] || break
        echo "build-image.sh: attempt $attempt: $* said nothing" >&2
    done
    printf '%s' "$said"
}
loader=$(cd "$files" && find usr/lib* -maxdepth 1 -name 'ld-linux*' | head -n 1)
for name in "${names[@]}"; do
    file=$files/usr/local/bin/$name
    [[ -x $file ]] || { problems+=("there is no /usr/local/bin/$name") && continue; }
    expect "the answer of $name --version" "$version" \
        "$(answer_of "/usr/local/bin/$name" --version)"
    usage=$(answer_of "/usr/local/bin/$name" --help)
    [[ $usage =~ USAGE:\ $name([[:space:]]|$) ]] || problems+=("$name is another program: $usage")
    linked=$(answer_of "/$loader" --list "/usr/local/bin/$name")
    [[ $linked != *"not found"* ]] || problems+=("$name misses libraries: $linked")
    # Linked by name in those that cannot do without, loaded on demand in the third.
    [[ $name == esddns || $linked == *"libcurl.so.4 => /"* ]] || problems+=("$name does not find libcurl")
    # All of Foundation brings 30 MB of data of ICU, whose name is then in the executable.
    ! grep -qaE 'icudt[0-9]{2}' "$file" || problems+=("$name has the data of ICU, which comes with all of Foundation")
    (($(stat --format=%s "$file") <= 40000000)) || problems+=("$name is larger than 40 MB")
done
expect "the file of esddns-updater" "$(stat --format=%i "$files/usr/local/bin/esddns-leader")" \
    "$(stat --format=%i "$files/usr/local/bin/esddns-updater")"
# "esddns" loads libcurl when it is needed: a web source that is not there gives 75 (no address), without libcurl 69.
code=0
builder run --isolation chroot "$container" -- /usr/local/bin/esddns detect --http http://127.0.0.1:1/ --quorum 1 --timeout 1 --allow-non-global \
    >"$scratch_directory/answer" 2>&1 || code=$?
[[ $code == 75 ]] || problems+=("esddns with a web source ends with code $code instead of 75: $(<"$scratch_directory/answer")")

if ((${#problems[@]} > 0)); then
    printf 'build-image.sh: %s\n' "${problems[@]}" >&2
    exit 1
fi
if [[ -n $archive ]]; then builder push --quiet "$tag" "oci-archive:$archive:$tag" >/dev/null; fi
awk -v bytes="$bytes" -v tag="$tag" 'BEGIN { printf "built %s, %.1f MB compressed\n", tag, bytes / 1e6 }'
