"""PRESCRIBE: what a model needs -> ranked candidates -> a lock -> an environment that is built and proved.

The only place where uv is called.
"""
