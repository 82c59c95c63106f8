"""From a source's URI to a folder of checked files, with its progress and its reasons."""
