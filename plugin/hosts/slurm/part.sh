#!/usr/bin/env bash
# One task of the array job of submit.sh: ROOT OUT PARTS [OPTIONS...]. Slurm copies this file, so it finds nothing beside it.
set -uo pipefail

root=$1 out=$2 parts=$3
shift 3
part=${SLURM_ARRAY_TASK_ID:?is set by sbatch --array}
"${DOSEGATE_COMMAND:-dosegate}" batch "$root" --out "$out/part-$part" --shard "$part/$parts" \
  --jobs "${SLURM_CPUS_PER_TASK:-1}" "$@"
code=$?
# A plan that fails its limits is a result. What counts here is whether the part is complete.
[[ -e $out/part-$part/summary.json ]] && exit 0
exit "$((code > 0 ? code : 70))"
