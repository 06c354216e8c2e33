"""The app that shows purchases, sellers and shares in Saleor's Dashboard.

`dashboard/` at the top of the repository has the sources of its pages; `static/` has
them built.
"""
