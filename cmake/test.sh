#!/usr/bin/env bash
# bash cmake/test.sh [CTEST WORDS...]: builds everything, warnings being errors, and runs the tests.
#
#   bash cmake/test.sh               all tests
#   bash cmake/test.sh -L geometry   those of one room
#
# Installs the packages that are missing (root needed, once) and builds into build/test. The exit code
# is ctest's; 69 means that the set-up or the build failed and no test ran.

[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@" # called as `sh cmake/...`

# shellcheck source=cmake/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

sections=(build developer)
# Nobody who runs tests wants a server of his own afterwards: without the program its test is skipped.
if services_stay_off; then sections+=(service); fi
install_packages "${sections[@]}"
build_preset test
# The README tells its reader to run this very command; its test looks here whether that is under way.
export DOSEGATE_UNDER_TEST_SH=1
cd "$dosegate_root"
exec ctest --test-dir build/test --no-tests=error --output-on-failure -j2 "$@"
