"""Loading workbooks."""
