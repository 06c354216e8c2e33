"""A delivery method for each seller of a checkout.

The customer's choices are rows of ours. While each seller that ships has a valid one,
Saleor is offered one more method for the whole checkout, the combined method. Once it
is assigned, every price, payment and problem of Saleor's follows it. At completion each
order gets its own method again.
"""
