"""The console: the whole product in a terminal or a pipe, with no token and no network."""
