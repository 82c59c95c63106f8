#!/usr/bin/env bash
# The examples of Elasticsearch's page on creating an elasticsearch endpoint, by curl.
#
#     elasticsearch_page.sh URL
#
# The page prints one command, whose body is a string in quotes: it is sent as it stands, and then
# as the JSON that the page prints below it, with the other bodies of the page.
set -euo pipefail

API_KEY=${API_KEY:-}

curl --silent --show-error --write-out '\n' \
 --request PUT "$1/_inference/sparse_embedding/my-elser-endpoint" \
 --header "Authorization: $API_KEY" \
 --header "Content-Type: application/json" \
 --data '"{\n \"service\": \"elasticsearch\",\n \"service_settings\": {\n \"adaptive_allocations\": { \n \"enabled\": true,\n \"min_number_of_allocations\": 1,\n \"max_number_of_allocations\": 4\n },\n \"num_threads\": 1,\n \"model_id\": \".elser_model_2\" \n }\n}"'

put() {
  curl --silent --show-error --max-time 120 --write-out '\n' \
    --request PUT "$1" \
    --header "Authorization: $API_KEY" \
    --header "Content-Type: application/json" \
    --data "$2"
}

remove() {
  curl --silent --show-error --fail --output /dev/null --request DELETE "$1"
}

put "$1/_inference/sparse_embedding/my-elser-endpoint" '{
"service": "elasticsearch",
"service_settings": {
"adaptive_allocations": {
"enabled": true,
"min_number_of_allocations": 1,
"max_number_of_allocations": 4
},
"num_threads": 1,
"model_id": ".elser_model_2"
}
}'
remove "$1/_inference/my-elser-endpoint"

put "$1/_inference/rerank/my-rerank-endpoint" '{
"service": "elasticsearch",
"service_settings": {
"model_id": ".rerank-v1",
"num_threads": 1,
"adaptive_allocations": {
"enabled": true,
"min_number_of_allocations": 1,
"max_number_of_allocations": 4
}
}
}'
remove "$1/_inference/my-rerank-endpoint"

put "$1/_inference/text_embedding/my-e5-endpoint" '{
"service": "elasticsearch",
"service_settings": {
"num_allocations": 1,
"num_threads": 1,
"model_id": ".multilingual-e5-small"
}
}'
remove "$1/_inference/my-e5-endpoint"

put "$1/_inference/text_embedding/my-msmarco-minilm-endpoint" '{
"service": "elasticsearch",
"service_settings": {
"num_allocations": 1,
"num_threads": 1,
"model_id": "msmarco-MiniLM-L12-cos-v5"
}
}'
remove "$1/_inference/my-msmarco-minilm-endpoint"

put "$1/_inference/text_embedding/my-e5-endpoint" '{
"service": "elasticsearch",
"service_settings": {
"adaptive_allocations": {
"enabled": true,
"min_number_of_allocations": 3,
"max_number_of_allocations": 10
},
"num_threads": 1,
"model_id": ".multilingual-e5-small"
}
}'
remove "$1/_inference/my-e5-endpoint"

# The deployment that the last example shares.
curl --silent --show-error --fail --max-time 120 --output /dev/null --request POST \
  "$1/_ml/trained_models/.elser_model_2/deployment/_start?number_of_allocations=2&timeout=60s"
put "$1/_inference/sparse_embedding/use_existing_deployment" '{
"service": "elasticsearch",
"service_settings": {
"deployment_id": ".elser_model_2"
}
}'
remove "$1/_inference/use_existing_deployment"
curl --silent --show-error --fail --output /dev/null --request POST \
  "$1/_ml/trained_models/.elser_model_2/deployment/_stop"
