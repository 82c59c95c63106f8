"""Other APIs' clients, served by the same endpoints: OpenAI's, Cohere's, and TEI's.

A shape is three pure functions: a request of theirs to an `InferenceCall`, Elasticsearch's answer
to an answer of theirs, and an error in their words. Their `model` is an endpoint's inference_id;
TEI has no such field, so there the path names it.

    POST /v1/embeddings, GET /v1/models             ──► openai_shape ─┐
    POST /v1/rerank, /v2/rerank                     ──► cohere_shape ─┼──► InferenceCall
    POST /tei/{id}, and /embed, /rerank under it    ──► tei_shape    ─┘

A field that would change the answer is heeded or refused; one that would not is passed over.
"""
