"""LOAD: blueprints replayed on Keras 3, weights set by name, outputs compared. The only part that imports keras."""
