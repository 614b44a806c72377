#!/usr/bin/env bash
# Proves that a bare Debian 12 and the files of this tree are all that the two commands of the README
# need. Run by hand (root, debootstrap, network; some minutes), not part of ctest:
#
#   bash tests/setup/clean_root.sh                          both commands
#   bash tests/setup/clean_root.sh bash cmake/test.sh       only this one, inside the clean root
#
# Makes a minimal Debian 12 in a temporary folder (DOSEGATE_CLEAN_ROOT names another, which is kept and
# used again), copies what git tracks or would track, adds nothing but git, and runs there. Mirror:
# DOSEGATE_DEBIAN_MIRROR, default the first one of this machine. Exit code: 0 if each command ended as
# expected, else that of the one that did not.
set -euo pipefail

tree=$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)
mirror=${DOSEGATE_DEBIAN_MIRROR:-$(sed -nE 's/^(deb|URIs:) +(\[[^]]*\] +)?([^ ]+).*/\3/p' \
  /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | sed -n 1p || true)}
[[ -n $mirror ]] || { echo "clean_root.sh: name a Debian mirror in DOSEGATE_DEBIAN_MIRROR" >&2; exit 69; }

((EUID == 0)) || { echo "clean_root.sh: chroot needs root" >&2; exit 69; }
command -v debootstrap >/dev/null || { echo "clean_root.sh: apt-get install debootstrap" >&2; exit 69; }

keep=no
if [[ -n ${DOSEGATE_CLEAN_ROOT:-} ]]; then
  root=$DOSEGATE_CLEAN_ROOT
  keep=yes
  mkdir -p "$root"
else
  root=$(mktemp -d /var/tmp/dosegate_clean_root.XXXXXX)
fi

clean_up() {
  umount "$root/proc" 2>/dev/null || true
  # --one-file-system: were the unmount to fail, nothing of the host would be deleted.
  [[ $keep == yes ]] || rm -rf --one-file-system "$root"
}
trap clean_up EXIT

if [[ ! -e $root/etc/debian_version ]]; then
  echo "clean_root.sh: making a minimal Debian 12 in $root" >&2
  debootstrap --variant=minbase --include=git bookworm "$root" "$mirror" >"$root.log" 2>&1 ||
    { tail -n 20 "$root.log" >&2; exit 69; }
  rm -f "$root.log"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"

rm -rf "$root/dosegate"
mkdir "$root/dosegate"
git -C "$tree" ls-files -z --cached --others --exclude-standard |
  tar -C "$tree" --null --no-recursion --ignore-failed-read --files-from=- -cf - | tar -C "$root/dosegate" -xf -
git -C "$root/dosegate" init --quiet
git -C "$root/dosegate" add --all

inside() {
  chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /bin/bash -c 'cd /dosegate && exec "$@"' inside "$@"
}

if (($# > 0)); then
  inside "$@"
  exit
fi
inside bash cmake/run.sh check dicom_samples/hcc_25fx_pass
inside bash cmake/test.sh
echo "clean_root.sh: both commands work on a bare Debian 12" >&2
