"""One adapter for each engine that is measured."""
