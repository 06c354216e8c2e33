"""The ERP of a seller, as an app of Saleor that is linked to the seller.

    SALEOR_TOKEN=… python -m examples.seller_erp --api http://localhost:8000/graphql/

It hears of the seller's orders by webhook, gives each a reference of its own, and ships
an order that is paid. It needs Python and PyJWT, which checks the signatures.

webhooks    takes Saleor's webhooks and checks their signatures
book        the orders, as the newest event has shown them
erp         the work on an order, and the orders that were missed
"""
