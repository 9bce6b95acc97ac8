from . import crm_sales_actual, crm_sales_actual_collected
from . import sale_suggestion_report
