// The JavaScript examples of Elasticsearch's page on the ELSER service, as they are printed there.
//
//     node elser_page.cjs URL
//
// Between the two, which name one id, the endpoint is deleted.
const { Client } = require("@elastic/elasticsearch");

const client = new Client({ node: process.argv[2], requestTimeout: 120000, maxRetries: 0 });

async function first() {
const response = await client.inference.put({
  task_type: "sparse_embedding",
  inference_id: "my-elser-model",
  inference_config: {
    service: "elser",
    service_settings: {
      num_allocations: 1,
      num_threads: 1,
    },
  },
});
console.log(response);
}

async function second() {
const response = await client.inference.put({
  task_type: "sparse_embedding",
  inference_id: "my-elser-model",
  inference_config: {
    service: "elser",
    service_settings: {
      adaptive_allocations: {
        enabled: true,
        min_number_of_allocations: 3,
        max_number_of_allocations: 10,
      },
    },
  },
});
console.log(response);
}

async function main() {
  await first();
  await client.inference.delete({ inference_id: "my-elser-model" });
  await second();
  await client.inference.delete({ inference_id: "my-elser-model" });
}

main();
