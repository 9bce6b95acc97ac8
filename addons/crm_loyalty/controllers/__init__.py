from . import loyalty_join
