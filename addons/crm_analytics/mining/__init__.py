"""Algorithms on plain arrays: nothing here knows Odoo, and nothing is imported before it is used.

numpy and scipy cost a third of a second and 44 MB to import, so models import these modules inside
the methods that mine, and this file imports none of them.
"""

# What a prediction for the customer adds to the rank beside the affinities, chosen on validation
# periods of several shops: from 0.3 to 1 the quality is about the same.
PREDICTION_WEIGHT = 0.5
