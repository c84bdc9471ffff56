"""The pages: one file per concern, plain functions from a desk to a response."""
