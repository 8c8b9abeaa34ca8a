#!/usr/bin/env bash
# usage: collect.sh DIRECTORY EXECUTABLE…
#
# Makes the file system of an image in the directory: the executables in /usr/local/bin, every library that one of them is linked
# to, certificate authorities, and the few files that the C library looks at. Names the Debian packages that the files are
# from, with their licences, where scanners of images look for them. For the Dockerfile; needs dpkg and ldd.
set -euo pipefail
umask 022

target=$1
shift
for executable in "$@"; do
    install -D -m 0755 "$executable" "$target/usr/local/bin/${executable##*/}"
done

# One file under several names is stored, compressed and loaded once.
share_equal_files() {
    local -A first=()
    local file sum
    while IFS= read -r -d '' file; do
        sum=$(sha256sum <"$file")
        if [[ -n ${first[$sum]-} ]]; then ln -f "${first[$sum]}" "$file"; else first[$sum]=$file; fi
    done < <(find "$1" -type f -print0 | sort --zero-terminated)
}

# Directories that are links to those in /usr are so in the image.
for directory in lib lib64; do
    if [[ -L /$directory ]]; then
        mkdir -p "$target/usr/$directory"
        ln -sfn "usr/$directory" "$target/$directory"
    fi
done

declare -A packages=()
# Remembers which package a file is from. dpkg knows files by the names that they were unpacked under.
note_package() {
    local file=$1 name
    for name in "$file" "${file#/usr}" "$(realpath "$file")"; do
        if owner=$(dpkg-query --search "$name" 2>/dev/null); then
            owner=${owner%%: *}
            packages[${owner%%:*}]=1
            return
        fi
    done
    echo "collect.sh: $file is from no package" >&2
    exit 1
}

listing=$(for executable in "$@"; do ldd "$executable"; done)
if grep -q "not found" <<<"$listing"; then
    grep "not found" <<<"$listing" | sort -u >&2
    echo "collect.sh: a library is missing" >&2
    exit 1
fi
mapfile -t libraries < <(awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// && !/=>/ { print $1 }' <<<"$listing" | sort -u)
for library in "${libraries[@]}"; do
    place=$(realpath "$(dirname "$library")")/${library##*/}
    install -D -m 0755 "$library" "$target$place"
    note_package "$library"
done

# Certificates, under the names by which libcurl and OpenSSL of Debian look for them.
install -D -m 0644 /etc/ssl/certs/ca-certificates.crt "$target/etc/ssl/certs/ca-certificates.crt"
mkdir -p "$target/usr/lib/ssl"
ln -sfn /etc/ssl/certs "$target/usr/lib/ssl/certs"
ln -sfn /etc/ssl/certs/ca-certificates.crt "$target/usr/lib/ssl/cert.pem"
packages[ca-certificates]=1

mkdir -p "$target/etc"
echo "nonroot:x:65532:65532:nonroot:/:/usr/sbin/nologin" >"$target/etc/passwd"
echo "nonroot:x:65532:" >"$target/etc/group"
echo "hosts: files dns" >"$target/etc/nsswitch.conf"
install -D -m 0644 /etc/os-release "$target/etc/os-release"

for package in "${!packages[@]}"; do
    mkdir -p "$target/var/lib/dpkg/status.d"
    dpkg-query --status "$package" >"$target/var/lib/dpkg/status.d/$package"
    if [[ -e /usr/share/doc/$package/copyright ]]; then
        install -D -m 0644 "/usr/share/doc/$package/copyright" "$target/usr/share/doc/$package/copyright"
    fi
done
share_equal_files "$target"
echo "collected ${#libraries[@]} libraries of ${#packages[@]} packages"
