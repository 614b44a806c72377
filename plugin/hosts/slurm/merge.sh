#!/usr/bin/env bash
# The job after the array job of submit.sh: FOLDER_OF_SCRIPTS ATTEMPT ROOT OUT PARTS [OPTIONS...]. Puts the parts together,
# or has those run again that are not complete.
set -euo pipefail

readonly kMostAttempts=3
here=$1 attempt=$2 root=$3 out=$4 parts=$5
shift 5

lost=()
folders=()
for ((part = 1; part <= parts; ++part)); do
  folders+=("$out/part-$part")
  [[ -e $out/part-$part/summary.json ]] || lost+=("$part")
done

if ((${#lost[@]} > 0)); then
  list=$(IFS=,; printf '%s' "${lost[*]}")
  if ((attempt >= kMostAttempts)); then
    printf 'merge.sh: part %s is not complete after %s attempts; see %s/log. Nothing was merged.\n' "$list" "$attempt" "$out" >&2
    exit 75
  fi
  printf 'merge.sh: part %s was lost; it is run again.\n' "$list"
  read -r -a sbatch_options <<<"${DOSEGATE_SBATCH:-}"
  array=$(sbatch --parsable "${sbatch_options[@]}" --job-name=dosegate --array="$list" --output="$out/log/part-%a.log" \
    --open-mode=append "$here/part.sh" "$root" "$out" "$parts" "$@")
  sbatch --parsable "${sbatch_options[@]}" --job-name=dosegate-merge --dependency="afterany:${array%%;*}" \
    --output="$out/log/merge.log" --open-mode=append "$here/merge.sh" "$here" "$((attempt + 1))" "$root" "$out" "$parts" "$@"
  exit 0
fi

code=0
"${DOSEGATE_COMMAND:-dosegate}" merge "${folders[@]}" --out "$out/cohort" || code=$?
[[ -e $out/cohort/summary.json ]] && exit 0 # what the plans came to stands there
exit "$((code > 0 ? code : 70))"
