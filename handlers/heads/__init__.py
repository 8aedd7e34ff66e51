"""What heads and HR come to ask about others, within their scope."""
