"""REBUILD: an artifact as one neutral graph, whatever dialect it was written in, and that graph brought to Keras 3."""
