// An endpoint's life by the official JavaScript client: create, wait, infer, update, share, delete.
//
//     node lifecycle.cjs URL
//
// What is printed is the same in every language (tests/integration/test_gateway_clients.py).
const { Client, errors } = require("@elastic/elasticsearch");

const MODEL = ".multilingual-e5-small";
const ADAPTIVE = {
  enabled: true,
  min_number_of_allocations: 1,
  max_number_of_allocations: 2,
};
const TEXTS = ["I lost my password", "the weather in Lisbon"];
const client = new Client({ node: process.argv[2], requestTimeout: 120000, maxRetries: 0 });

// Do what the page says: poll the statistics for the state and the two counts.
async function waitUntilAllocated() {
  for (;;) {
    const found = await client.ml.getTrainedModelsStats({ model_id: MODEL });
    const deployment = found.trained_model_stats
      .map((one) => one.deployment_stats)
      .find((one) => one.deployment_id === "my-e5");
    const { state, allocation_count, target_allocation_count } = deployment.allocation_status;
    if (state === "fully_allocated" && allocation_count === target_allocation_count) {
      console.log("fully_allocated", allocation_count, target_allocation_count);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function infer(inference_id) {
  const answer = await client.inference.inference({ inference_id, input: TEXTS });
  console.log("infers", ...answer.text_embedding.map((one) => one.embedding.length));
}

async function main() {
  console.log((await client.info()).tagline);

  const made = await client.inference.put({
    task_type: "text_embedding",
    inference_id: "my-e5",
    inference_config: {
      service: "elasticsearch",
      service_settings: { num_allocations: 1, num_threads: 1, model_id: MODEL },
    },
  });
  console.log("created", made.inference_id, made.service_settings.num_allocations);
  await waitUntilAllocated();
  await infer("my-e5");

  const changed = await client.inference.update({
    inference_id: "my-e5",
    task_type: "text_embedding",
    inference_config: { service_settings: { adaptive_allocations: ADAPTIVE } },
  });
  const answered = JSON.stringify(changed.service_settings.adaptive_allocations);
  // What Python prints of a truth.
  console.log("updated", answered === JSON.stringify(ADAPTIVE) ? "True" : "False");
  await waitUntilAllocated();

  const shared = await client.inference.put({
    task_type: "text_embedding",
    inference_id: "my-guest",
    inference_config: {
      service: "elasticsearch",
      service_settings: { deployment_id: "my-e5" },
    },
  });
  console.log("shares", shared.service_settings.deployment_id);
  await infer("my-guest");

  for (const inference_id of ["my-guest", "my-e5"]) {
    const gone = await client.inference.delete({ inference_id });
    console.log("deleted", gone.acknowledged);
  }
  try {
    await client.inference.get({ inference_id: "my-e5" });
  } catch (error) {
    if (!(error instanceof errors.ResponseError)) throw error;
    console.log("gone", error.statusCode, error.body.error.type);
  }
}

main();
