"""Delivery through the ledger: compose what is planned, claim, send, settle; see docs/delivery.md.

Each step is committed before the next begins, so that a kill between any two loses nothing.

- ``press``: what is planned becomes composed and rendered, each issue once for all its readers;
- ``courier``: looks after the ledger, and starts a sender for each bot account;
- ``sending``: one account's sender: claims, paces, sends, and settles in batches;
- ``failures``: what a failure means for the delivery, the chat and the account (pure);
- ``pace``: when the next message may go (pure); ``outlet``: what a platform is to all of these.
"""
