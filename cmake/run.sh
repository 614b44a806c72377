#!/usr/bin/env bash
# bash cmake/run.sh WORDS...: the `dosegate` command with these words, from nothing but a clone on Debian 12.
#
#   bash cmake/run.sh check dicom_samples/hcc_25fx_pass
#
# Installs the packages that are missing (root needed, once), builds the command and its plugin into
# build/release, and runs it in the caller's folder. Its standard output and exit code are dosegate's
# own; 69 means that the set-up failed and dosegate did not run. A second call takes no time.

[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@" # called as `sh cmake/...`

# shellcheck source=cmake/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

caller_folder=$PWD
install_packages build
build_preset release dosegate
cd "$caller_folder"
program=$dosegate_root/build/release/bin/dosegate
[[ -x $program ]] || die "the build went through, but there is no $program"
exec "$program" "$@"
