"""The Python examples of Elasticsearch's page on the ELSER service, as they are printed there.

    python elser_page.py URL

Between the two, which name one id, the endpoint is deleted.
"""

import sys

from elasticsearch import Elasticsearch

# The page says to give the client more time than its own ten seconds.
client = Elasticsearch(sys.argv[1], request_timeout=120)

# fmt: off
resp = client.inference.put(
    task_type="sparse_embedding",
    inference_id="my-elser-model",
    inference_config={
        "service": "elser",
        "service_settings": {
            "num_allocations": 1,
            "num_threads": 1
        }
    },
)
print(resp)
# fmt: on

client.inference.delete(inference_id="my-elser-model")

# fmt: off
resp = client.inference.put(
    task_type="sparse_embedding",
    inference_id="my-elser-model",
    inference_config={
        "service": "elser",
        "service_settings": {
            "adaptive_allocations": {
                "enabled": True,
                "min_number_of_allocations": 3,
                "max_number_of_allocations": 10
            }
        }
    },
)
print(resp)
# fmt: on

client.inference.delete(inference_id="my-elser-model")
