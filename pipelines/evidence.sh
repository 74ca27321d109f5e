#!/usr/bin/env bash
# Fetches an environment's ledger before a run, and keeps packs and ledger after it, in a storage account.
#
# Wants APEX_ENVIRONMENT, EVIDENCE_STORAGE_ACCOUNT and a signed-in Azure CLI whose identity has the role Storage Blob
# Data Contributor on the container `evidence`. With a time-based retention policy that allows appends only, the account
# itself forbids deleting or changing what was kept; the ledger is then kept under one name per run.
set -euo pipefail
shopt -s nullglob

container=evidence
reports="reports/$APEX_ENVIRONMENT"

blob() {
  az storage blob "$@" --auth-mode login --only-show-errors --account-name "$EVIDENCE_STORAGE_ACCOUNT"
}

case "${1:-}" in
  fetch)
    newest=$(blob list --container-name "$container" --prefix "$APEX_ENVIRONMENT/ledgers/" --num-results '*' \
      --query 'sort([].name) | [-1]' --output tsv)
    mkdir -p "$reports"
    if [ -z "$newest" ]; then
      echo "No ledger of $APEX_ENVIRONMENT is kept yet: this run begins it."
    else
      blob download --container-name "$container" --name "$newest" --file "$reports/ledger.jsonl" --output none
      echo "The ledger goes on from $newest."
    fi
    ;;
  keep)
    run=""
    for pack in "$reports"/*/; do
      run=$(basename "$pack")
      blob upload-batch --destination "$container" --destination-path "$APEX_ENVIRONMENT/$run" --source "$pack" \
        --output none
      echo "Kept $APEX_ENVIRONMENT/$run."
    done
    if [ -n "$run" ] && [ -f "$reports/ledger.jsonl" ]; then
      # Named by the last run that it holds, so that names sort by time and none is ever overwritten.
      blob upload --container-name "$container" --name "$APEX_ENVIRONMENT/ledgers/$run.jsonl" \
        --file "$reports/ledger.jsonl" --output none
    fi
    ;;
  *)
    echo "usage: $0 fetch|keep" >&2
    exit 2
    ;;
esac
