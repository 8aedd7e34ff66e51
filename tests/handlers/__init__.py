"""The desk is tried with ports in memory; what is asserted is the reply that leaves it."""
