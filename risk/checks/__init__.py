"""The checks: small pure functions with a card each, listed in `catalogue.CHECKS`."""
