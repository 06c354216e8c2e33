"""A portal for a seller's people: log in, see the orders, work on them.

    python -m examples.vendor_portal --api http://localhost:8000/graphql/ --port 8100

It needs Python and no other package, and the pages need no JavaScript.

server    HTTP: reads requests and sends answers
portal    decides: which page, who may ask for it, which act
sessions  who is logged in, and the token that each form carries
member    a logged-in account: its tokens, which never leave this process
acts      the fields of a form become the input of an act
pages     the list of orders and the login
order_*   the page of one order, and its forms
markup    HTML in which all text is escaped
"""
