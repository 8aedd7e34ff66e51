"""`demo`: the invented sample province, a short real conversation, then the web chat in which one chooses who one is."""
