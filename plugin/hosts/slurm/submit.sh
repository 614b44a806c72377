#!/usr/bin/env bash
# submit.sh ROOT OUT PARTS [OPTIONS OF dosegate batch...]
#
# Checks the cohort below ROOT on a Slurm cluster: PARTS tasks of one array job, each with its part of the plans in
# OUT/part-N, and a job after them that puts the parts together in OUT/cohort. Prints the numbers of the two jobs.
# A part that was lost (a node that died, a job that was cancelled) is run again, three times at most; what it had done
# is kept.
#
# DOSEGATE_COMMAND: the command, if it is not in the PATH of the nodes. SBATCH_... variables and --cpus-per-task,
# --mem, --time, --partition in DOSEGATE_SBATCH are Slurm's own. ROOT, OUT and this folder must be seen by all nodes.
set -euo pipefail

die() {
  printf 'submit.sh: %s\n' "$*" >&2
  exit 64
}

(($# >= 3)) || die "write: submit.sh ROOT OUT PARTS [OPTIONS OF dosegate batch...]"
[[ $3 =~ ^[1-9][0-9]*$ ]] || die "PARTS is the number of tasks, 1 or more; '$3' is none"
[[ -e $1 ]] || die "there is no $1; name the folder of the cohort"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(realpath -- "$1")
mkdir -p -- "$2/log"
out=$(realpath -- "$2")
parts=$3
shift 3

read -r -a sbatch_options <<<"${DOSEGATE_SBATCH:-}"
array=$(sbatch --parsable "${sbatch_options[@]}" --job-name=dosegate --array="1-$parts" --output="$out/log/part-%a.log" \
  --open-mode=append "$here/part.sh" "$root" "$out" "$parts" "$@")
merge=$(sbatch --parsable "${sbatch_options[@]}" --job-name=dosegate-merge --dependency="afterany:${array%%;*}" \
  --output="$out/log/merge.log" --open-mode=append "$here/merge.sh" "$here" 1 "$root" "$out" "$parts" "$@")
printf '%s %s\n' "${array%%;*}" "${merge%%;*}"
