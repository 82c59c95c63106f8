"""From checked files to numbers: tokenizer, encoder and head. Torch is imported here alone."""
