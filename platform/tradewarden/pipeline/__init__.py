"""The use cases of the main job: take in, gather, assess, record."""
