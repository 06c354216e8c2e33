"""A checkout of several sellers completes into one order for each of them.

Read `place_group` first.
"""
