"""Which pod a request goes to, and when; and its way there and back."""
