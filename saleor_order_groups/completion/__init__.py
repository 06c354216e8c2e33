"""Complete a checkout of several sellers into one order for each of them.

Read `place_group` first.
"""
