#!/usr/bin/env bash
# The console examples of Elasticsearch's page on the ELSER service, by curl.
#
#     elser_page.sh URL
#
# Between the two, which name one id, the endpoint is deleted.
set -euo pipefail

put() {
  curl --silent --show-error --max-time 120 --write-out '\n' \
    --request PUT "$1" --header "Content-Type: application/json" --data "$2"
}

remove() {
  curl --silent --show-error --fail --output /dev/null --request DELETE "$1"
}

put "$1/_inference/sparse_embedding/my-elser-model" '{
  "service": "elser",
  "service_settings": {
    "num_allocations": 1,
    "num_threads": 1
  }
}'
remove "$1/_inference/sparse_embedding/my-elser-model"

put "$1/_inference/sparse_embedding/my-elser-model" '{
  "service": "elser",
  "service_settings": {
    "adaptive_allocations": {
      "enabled": true,
      "min_number_of_allocations": 3,
      "max_number_of_allocations": 10
    }
  }
}'
remove "$1/_inference/sparse_embedding/my-elser-model"
