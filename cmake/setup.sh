# What cmake/run.sh and cmake/test.sh share; sourced, not run. Installs the Debian packages of
# cmake/packages.txt that are missing, configures a preset of CMakePresets.json and builds it.
#
# Everything said here goes to standard error: standard output belongs to the command that follows.
# A set-up that fails ends with 69 ("unavailable"), never with a code that `dosegate` gives a meaning:
# a compiler error must not look like a plan that failed its limits.
# shellcheck shell=bash

readonly kUnavailable=69

set -Eeuo pipefail
trap 'exit "$kUnavailable"' ERR

dosegate_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly dosegate_root

# Some containers start without HOME, and ccache needs one.
: "${HOME:=/root}"
export HOME

say() {
  printf '%s\n' "dosegate set-up: $*" >&2
}

die() {
  say "$*"
  exit "$kUnavailable"
}

# The package names of the given sections of cmake/packages.txt, one a line.
packages_of() {
  awk -v wanted=" $* " '
    /^\[/ { section = substr($1, 2, length($1) - 2); next }
    /^[a-z0-9]/ && index(wanted, " " section " ") { print $1 }
  ' "$dosegate_root/cmake/packages.txt"
}

# Those of the packages given that are not installed, one a line.
missing_of() {
  local installed
  # dpkg-query fails if it does not know one of the names; what it does know is all that is asked.
  installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  local package
  for package in "$@"; do
    grep --quiet --line-regexp --fixed-strings "installed $package" <<<"$installed" || echo "$package"
  done
}

# Whether this system forbids packages to start their services (containers mostly do; policy-rc.d, exit code 101).
services_stay_off() {
  local code=0
  [[ -x /usr/sbin/policy-rc.d ]] || return 1
  /usr/sbin/policy-rc.d orthanc start >/dev/null 2>&1 || code=$?
  ((code == 101))
}

warn_of_other_systems() {
  local id="unknown" version_id="unknown"
  if [[ -r /etc/os-release ]]; then
    id=$(. /etc/os-release && echo "${ID:-unknown}")
    version_id=$(. /etc/os-release && echo "${VERSION_ID:-unknown}")
  fi
  if [[ $id != debian || $version_id != 12 ]]; then
    say "this is $id $version_id; Dosegate is built and tested on Debian 12 only"
  fi
}

# install_packages SECTION...: nothing but a look-up when all are there.
install_packages() {
  local -a wanted missing
  mapfile -t wanted < <(packages_of "$@")
  ((${#wanted[@]} > 0)) || die "cmake/packages.txt names no package for: $*"

  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    die "this system has no apt-get; Dosegate is made for Debian 12. Install the counterparts of these" \
      "packages and build with 'cmake --workflow --preset release': ${wanted[*]}"
  fi
  mapfile -t missing < <(missing_of "${wanted[@]}")
  ((${#missing[@]} > 0)) || return 0

  warn_of_other_systems
  if ((EUID != 0)); then
    die "${#missing[@]} packages are missing and only root can install them. Run this, then try again:" \
      "sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}"
  fi

  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # A foreign package source that does not answer is no reason to stop: what counts is the install.
  apt-get -qq update >&2 || say "apt-get update failed; going on with the package lists that are there"
  apt-get -qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 install --yes --no-install-recommends \
    "${missing[@]}" </dev/null >&2 ||
    die "apt-get could not install the packages above. It needs a network with Debian 12's package" \
      "sources (see /etc/apt) and room on the disk; apt-get's own words stand above"

  mapfile -t missing < <(missing_of "${wanted[@]}")
  ((${#missing[@]} == 0)) || die "apt-get reported success, but these are still missing: ${missing[*]}"
}

# Compilers at work at once: one a core, but not more than one for every 1.5 GiB of free memory.
build_jobs() {
  local cores free_mib by_memory
  cores=$(nproc)
  free_mib=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo 2>/dev/null || true)
  by_memory=$((${free_mib:-3072} / 1536))
  ((by_memory >= 1)) || by_memory=1
  echo $((cores < by_memory ? cores : by_memory))
}

# build_preset PRESET [TARGET]: configures build/PRESET if that was not done with these presets, builds.
# One at a time: a second caller waits for the first instead of writing into the same folder.
build_preset() {
  local preset=$1 target=${2:-all}
  local folder=$dosegate_root/build/$preset
  local stamp=$folder/configured_as
  mkdir -p "$folder" || die "cannot write to $dosegate_root/build"

  local lock
  exec {lock}>"$folder/.lock"
  flock "$lock"
  cd "$dosegate_root"
  # The place is part of it: a build folder that was copied along with its tree would build the old one.
  local wanted
  wanted=$(echo "$dosegate_root" && cat CMakePresets.json)
  if [[ ! -f $folder/build.ninja || ! -f $stamp || $(<"$stamp") != "$wanted" ]]; then
    say "configuring build/$preset"
    # Warnings and errors only: GDCM's CMake files tell at length of programs that nobody here wants.
    cmake --preset "$preset" --fresh --log-level=WARNING >&2 ||
      die "CMake could not configure build/$preset; its words stand above"
    echo "$wanted" >"$stamp"
  fi
  # Ninja looks itself whether a source or a CMake file changed; nothing is said when nothing did.
  ninja -C "$folder" -j "$(build_jobs)" "$target" |
    sed -u -e '/^ninja: /d' -e '/Re-checking globbed directories/d' >&2 ||
    die "the build in build/$preset failed; the compiler's words stand above"
  exec {lock}>&-
}
