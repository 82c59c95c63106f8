// Inference of each task by the official JavaScript client, on endpoints that are there.
//
//     node tasks.cjs URL EMBEDS SPARSE RANKS
const { Client, errors } = require("@elastic/elasticsearch");

const TEXTS = ["I lost my password", "the weather in Lisbon"];
const [url, embeds, sparse, ranks] = process.argv.slice(2);
const client = new Client({ node: url, requestTimeout: 60000 });

// What Python prints of a truth.
const say = (truth) => (truth ? "True" : "False");

async function main() {
  const dense = await client.inference.textEmbedding({ inference_id: embeds, input: TEXTS });
  console.log("text_embedding", ...dense.text_embedding.map((one) => one.embedding.length));

  const weighed = await client.inference.sparseEmbedding({ inference_id: sparse, input: TEXTS });
  const found = weighed.sparse_embedding.map((one) => say("password" in one.embedding));
  console.log("sparse_embedding", ...found);

  const ranked = await client.inference.rerank({
    inference_id: ranks,
    query: "a forgotten password",
    input: [...TEXTS].reverse(),
  });
  console.log("rerank", ...ranked.rerank.map((one) => one.index));

  try {
    await client.inference.inference({ inference_id: "nobody", input: "a" });
  } catch (error) {
    if (!(error instanceof errors.ResponseError)) throw error;
    console.log("refused", error.statusCode, error.body.error.type);
  }
}

main();
