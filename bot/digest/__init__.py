"""The digest as pure functions, in the order data flows."""
