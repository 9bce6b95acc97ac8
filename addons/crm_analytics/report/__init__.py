from . import crm_sales_actual
from . import sale_suggestion_report
