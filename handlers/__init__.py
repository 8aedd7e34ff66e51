"""The desk: every question is read, decided and answered here, the same for every door."""
