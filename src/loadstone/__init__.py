"""Why does my saved Keras / TensorFlow model not load, and how do I get it loaded?"""

__version__ = "0.1.0"
