"""
Every public and main page of the demo world, as strangers' programs judge them: the Nu HTML checker, readers of
structured data, axe, and whoever follows links. ``python -m tests.web_check`` (``make check-web``) wants zero errors.
"""
