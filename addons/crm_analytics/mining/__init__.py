"""Algorithms on plain arrays: nothing here knows Odoo, and nothing is imported before it is used.

numpy and scipy cost a third of a second and 44 MB to import, so models import these modules inside
the methods that mine, and this file imports none of them.
"""
