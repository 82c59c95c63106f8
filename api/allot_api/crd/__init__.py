"""The vocabulary as CustomResourceDefinitions: `python -m allot_api.crd --output crds`."""
