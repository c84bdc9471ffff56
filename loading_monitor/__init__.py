"""What was loaded: order classes, the supervision draw and quota. Pure; may import risk."""
