"""A delivery method for each seller of a checkout.

The plugin stores the customer's choices. While every seller that ships has a valid
choice, Saleor is offered one more method for the whole checkout, the combined method.
Once it is assigned, Saleor's prices, payments and checkout problems use it like any
other method. At completion each order gets the method of its own seller.
"""
