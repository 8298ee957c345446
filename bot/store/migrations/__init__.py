"""The history of the schema. Each migration stands by itself and imports nothing of Ribao."""
