from . import sale_followup_candidate
