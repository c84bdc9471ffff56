"""Who: names, screening, tiers and limits. Pure; may import risk."""
