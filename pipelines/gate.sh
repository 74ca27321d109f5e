#!/usr/bin/env bash
# One run of the suite in a pipeline, and what a pipeline wants of it: outputs, summary, annotations, SARIF, a webhook.
#
# Called by action.yml (GitHub) and pipelines/azure/gate.yml, from the application's own repository. Reads:
#   APEX_SUITE        the directory of this suite
#   APEX_ENVIRONMENT  the environment file, or a name in environments/
#   APEX_GATE         pre, post, closing or nightly
#   APEX_FAIL_ON      inconclusive (default: whatever is not GO stops), no-go, or never
#   APEX_PLAN, APEX_PLAN_PARAMETERS       optional: what the deployment would change, judged before it is made
#   APEX_RELEASE, APEX_CHANGE, APEX_VANTAGE, APEX_REPORTS, APEX_ALLOW_NOT_LIVE, APEX_PYTHON,
#   APEX_WEBHOOK_URL, APEX_WEBHOOK_KIND   optional
# Exit status: 0 if the pipeline may go on; else that of the run: 1 NO-GO, 10 INCONCLUSIVE, 2 to 5 no decision.
set -uo pipefail

python=${APEX_PYTHON:-python}
export PYTHONPATH="$APEX_SUITE${PYTHONPATH:+:$PYTHONPATH}"
export APEX_REPORTS=${APEX_REPORTS:-$PWD/reports}
fail_on=${APEX_FAIL_ON:-inconclusive}
case "$fail_on" in
  inconclusive | no-go | never) ;;
  *) echo "fail-on is $fail_on; inconclusive, no-go or never was expected" >&2; exit 2 ;;
esac
case "$APEX_GATE" in
  pre | post | closing) what=(gate "$APEX_GATE") ;;
  nightly) what=(nightly) ;;
  *) echo "gate is $APEX_GATE; pre, post, closing or nightly was expected" >&2; exit 2 ;;
esac
options=()
[ -z "${APEX_RELEASE:-}" ] || options+=(--release "$APEX_RELEASE")
[ -z "${APEX_CHANGE:-}" ] || options+=(--change "$APEX_CHANGE")
[ -z "${APEX_VANTAGE:-}" ] || options+=(--vantage "$APEX_VANTAGE")
[ -z "${APEX_PLAN:-}" ] || options+=(--plan "$APEX_PLAN")
[ -z "${APEX_PLAN_PARAMETERS:-}" ] || options+=(--plan-parameters "$APEX_PLAN_PARAMETERS")
[ "${APEX_ALLOW_NOT_LIVE:-false}" != true ] || options+=(--allow-not-live)

mkdir -p "$APEX_REPORTS"
started=$(mktemp)
"$python" -m assurance run --env "$APEX_ENVIRONMENT" "${what[@]}" ${options[@]+"${options[@]}"}
status=$?

case "$status" in
  0) decision=GO ;;
  1) decision=NO-GO ;;
  10) decision=INCONCLUSIVE ;;
  *) decision=BROKEN ;;
esac
written=$(find "$APEX_REPORTS" -mindepth 3 -maxdepth 3 -name decision.json -newer "$started" 2> /dev/null | sort | tail -n 1)
pack=${written:+$(dirname "$written")}
rm -f "$started"
if [ -z "$pack" ] && [ "$decision" != BROKEN ]; then
  echo "the run ended with $status, but left no evidence pack below $APEX_REPORTS" >&2
  decision=BROKEN status=3
fi

if [ -n "${GITHUB_OUTPUT:-}" ]; then
  { echo "decision=$decision"; echo "exit-status=$status"; echo "pack=$pack"; } >> "$GITHUB_OUTPUT"
fi
if [ -n "$pack" ]; then
  [ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$pack/summary.md" >> "$GITHUB_STEP_SUMMARY"
  [ -z "${GITHUB_ACTIONS:-}" ] || "$python" -m assurance annotate "$pack" --for github
  "$python" -m assurance export "$pack" --as sarif --output "$APEX_REPORTS/findings.sarif"
  if [ -n "${TF_BUILD:-}" ]; then
    "$python" -m assurance annotate "$pack" --for azure
    echo "##vso[task.uploadsummary]$pack/summary.md"
    echo "##vso[task.setvariable variable=decision;isOutput=true]$decision"
  fi
  if [ -n "${APEX_WEBHOOK_URL:-}" ]; then
    "$python" -m assurance notify "$pack" --as "${APEX_WEBHOOK_KIND:-json}" ||
      echo "the webhook could not be told; the decision stands" >&2
  fi
fi

case "$fail_on:$decision" in
  *:GO | never:NO-GO | never:INCONCLUSIVE | no-go:INCONCLUSIVE) exit 0 ;;
  *) exit "$status" ;;
esac
