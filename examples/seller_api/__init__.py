"""The API of a seller's orders, as the portal and the ERP use it.

graphql   one request over HTTP, and the three ways in which it can fail
orders    the queries and the acts
"""
