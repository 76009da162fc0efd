"""Reports for people (``text``, ``inspection``) and for programs (``json``), one module a format."""
