"""What is said: the library of cards and questions, and the assistant's own sentences."""
