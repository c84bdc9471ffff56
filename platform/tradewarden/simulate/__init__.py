"""Synthetic trade: a seeded month of plausible orders of invented clients, with planted trouble. Nothing is real."""
