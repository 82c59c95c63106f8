"""The openai package and LangChain's embeddings class, with an endpoint's id as the model.

python openai_shapes.py URL EMBEDS
"""

import sys

from langchain_openai import OpenAIEmbeddings
from openai import NotFoundError, OpenAI

TEXTS = ["I lost my password", "the weather in Lisbon"]
url, embeds = sys.argv[1:]

client = OpenAI(base_url=f"{url}/v1", api_key="of nobody")
# The client asks for base64 where nothing is said, and decodes it.
packed = client.embeddings.create(model=embeds, input=TEXTS)
plain = client.embeddings.create(model=embeds, input=TEXTS, encoding_format="float")
print("openai", *(len(one.embedding) for one in packed.data))
pairs = zip(packed.data[0].embedding, plain.data[0].embedding, strict=True)
print("base64 as floats", all(abs(one - other) < 1e-6 for one, other in pairs))
print("usage", packed.usage.prompt_tokens, plain.usage.total_tokens)
print("listed", embeds in [model.id for model in client.models.list()])
try:
    client.embeddings.create(model="nobody", input="a")
except NotFoundError as error:
    print("refused", error.status_code)

# It would send tokens of OpenAI's own otherwise.
embeddings = OpenAIEmbeddings(
    model=embeds, base_url=f"{url}/v1", api_key="of nobody", check_embedding_ctx_length=False
)
print("langchain", *(len(one) for one in embeddings.embed_documents(TEXTS)))
print("langchain", len(embeddings.embed_query("a forgotten password")))
