"""The demo's shop for tests of the Dashboard app in a browser.

`python -m demo.dashboard` starts it, prints what a test must know as JSON, and serves
until it is ended; with a command behind it, it runs the command and ends.

    staff      members of staff with different permissions, a second channel
    purchases  buys in several states
    provider   the payment app, which charges and refunds as it is told to
    desk       serves a page beside Saleor, and takes orders from the tests
"""
