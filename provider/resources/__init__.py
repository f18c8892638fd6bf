"""
The nouns: one file per resource, with its inputs, its kind and its outputs.

To add one, write a file like those here and import its names in `provider/__init__.py`.
"""
