"""Whether the records of the law library agree: every name resolves, dates are in order, nothing is said twice."""
