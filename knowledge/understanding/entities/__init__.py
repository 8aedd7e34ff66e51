"""What a question names: one module for each kind of thing, put together in `reading`."""
