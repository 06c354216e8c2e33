"""The plugin at work: a real Saleor server, a shop with sellers, a storefront.

`python -m demo` (or `make demo`) tells the story; `__main__` is that story on one
screen.

    server      Saleor's processes: migrations, broker, web server, Celery worker
    shop        seeds sellers, products and an app through the GraphQL API alone
    storefront  buys a cart of several sellers over HTTP, as any storefront does
    sellers     ships the orders, and reads the events of the group
    vendors     sellers work on their own orders: a portal's member, and an ERP
    receiver    takes webhooks and verifies their signature
    by_hand     invites to try it, while the demo stays
    settings    Saleor's, with a page for the browser at the GraphQL address
    report      prints what happened and keeps the list of checks
    client      one GraphQL call over HTTP
"""
