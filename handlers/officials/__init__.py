"""What an official comes to ask: one module per thing."""
