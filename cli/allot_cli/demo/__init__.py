"""The demo: from nothing to vectors, by the steps that a person would take."""
