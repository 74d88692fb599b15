"""
The only writer of stock and orders.

Rows are taken in one order: the order, the buyer's counter, the shop's counter, the stock; the accounts of payments
come after. Whoever places an order takes the shop's counter and the stock last, since all its buyers wait for them.
"""
