#!/usr/bin/env bash
# An endpoint's life by curl: create, wait, infer, update, share, delete.
#
#     lifecycle.sh URL
#
# Each answer is printed on a line of its own; the waits print nothing.
set -euo pipefail

call() {
  curl --silent --show-error --max-time 120 --write-out '\n' \
    --request "$1" "$2" --header "Content-Type: application/json" ${3:+--data "$3"}
}

wait_until_allocated() {
  local counts="\"allocation_count\":$2,\"target_allocation_count\":$2"
  until call GET "$1/_ml/trained_models/.multilingual-e5-small/_stats" |
    grep --quiet "$counts,\"state\":\"fully_allocated\""; do
    sleep 0.2
  done
}

call PUT "$1/_inference/text_embedding/my-e5" '{
  "service": "elasticsearch",
  "service_settings": {
    "num_allocations": 1,
    "num_threads": 1,
    "model_id": ".multilingual-e5-small"
  }
}'
wait_until_allocated "$1" 1
call POST "$1/_inference/text_embedding/my-e5" '{"input": ["I lost my password"]}'
call PUT "$1/_inference/text_embedding/my-e5/_update" '{"service_settings": {"num_allocations": 2}}'
wait_until_allocated "$1" 2
call PUT "$1/_inference/text_embedding/my-guest" '{
  "service": "elasticsearch",
  "service_settings": {"deployment_id": "my-e5"}
}'
call POST "$1/_inference/my-guest" '{"input": ["I lost my password"]}'
call DELETE "$1/_inference/my-guest"
call DELETE "$1/_inference/my-e5"
call GET "$1/_inference/my-e5"
