"""Who takes part and what happened: the office, joining, answering, exemptions, figures."""
