"""An endpoint's life by the official Python client: create, wait, infer, update, share, delete.

    python lifecycle.py URL

What is printed is the same in every language (tests/integration/test_gateway_clients.py).
"""

import sys
import time

from elasticsearch import Elasticsearch, NotFoundError

MODEL = ".multilingual-e5-small"
ADAPTIVE = {"enabled": True, "min_number_of_allocations": 1, "max_number_of_allocations": 2}
TEXTS = ["I lost my password", "the weather in Lisbon"]


def wait_until_allocated(client: Elasticsearch) -> None:
    """Do what the page says: poll the statistics for the state and the two counts."""
    while True:
        found = client.ml.get_trained_models_stats(model_id=MODEL)
        deployments = [one["deployment_stats"] for one in found["trained_model_stats"]]
        (deployment,) = [one for one in deployments if one["deployment_id"] == "my-e5"]
        status = deployment["allocation_status"]
        counts = (status["allocation_count"], status["target_allocation_count"])
        if status["state"] == "fully_allocated" and counts[0] == counts[1]:
            print("fully_allocated", *counts)
            return
        time.sleep(0.2)


def main(url: str) -> None:
    client = Elasticsearch(url, request_timeout=120)
    print(client.info()["tagline"])

    made = client.inference.put(
        task_type="text_embedding",
        inference_id="my-e5",
        inference_config={
            "service": "elasticsearch",
            "service_settings": {"num_allocations": 1, "num_threads": 1, "model_id": MODEL},
        },
    )
    print("created", made["inference_id"], made["service_settings"]["num_allocations"])
    wait_until_allocated(client)

    answer = client.inference.inference(inference_id="my-e5", input=TEXTS)
    print("infers", *(len(one["embedding"]) for one in answer["text_embedding"]))

    changed = client.inference.update(
        inference_id="my-e5",
        task_type="text_embedding",
        inference_config={"service_settings": {"adaptive_allocations": ADAPTIVE}},
    )
    print("updated", changed["service_settings"]["adaptive_allocations"] == ADAPTIVE)
    wait_until_allocated(client)

    shared = client.inference.put(
        task_type="text_embedding",
        inference_id="my-guest",
        inference_config={
            "service": "elasticsearch",
            "service_settings": {"deployment_id": "my-e5"},
        },
    )
    print("shares", shared["service_settings"]["deployment_id"])
    other = client.inference.inference(inference_id="my-guest", input=TEXTS)
    print("infers", *(len(one["embedding"]) for one in other["text_embedding"]))

    for name in ("my-guest", "my-e5"):
        gone = client.inference.delete(inference_id=name)
        print("deleted", str(gone["acknowledged"]).lower())
    try:
        client.inference.get(inference_id="my-e5")
    except NotFoundError as error:
        print("gone", error.status_code, error.error)


main(sys.argv[1])
