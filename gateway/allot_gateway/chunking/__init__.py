"""Long input in parts, cut where Elasticsearch cuts it, and the answers that belong to the parts.

Pure: no I/O, no clock but that of the user's own regular expressions. A text of 1 MB takes some
tenths of a second, so what is long is cut in a thread and not on the event loop.

    inputs, Chunking ──► cutting ──► spans ──► embedding_plan: flat texts ──► pods ──► answer
    query, documents ──────────────────────► rerank_plan:    flat texts ──► pods ──► answer

Offsets are in code points, as Python counts them. Elasticsearch's own arithmetic is kept with its
quirks (`segments.Words`), so that a document has the same chunks here and there.
"""
