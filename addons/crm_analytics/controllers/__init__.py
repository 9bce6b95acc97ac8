from . import sale_portal
from . import crm_cross_matrix
