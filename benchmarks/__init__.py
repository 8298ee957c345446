"""Timings of the whole product. ``make bench`` runs all; nothing here is asserted by a test."""
