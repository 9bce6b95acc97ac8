from . import sale_suggestion_report
