"""The web door: the chat page, its WebSocket, health and metrics. What is answered is decided at the desk."""
