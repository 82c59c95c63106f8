"""The pages of docs/ that say what the code says, written from it by `make generate`."""
