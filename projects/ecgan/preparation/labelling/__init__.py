"""What the values of the label maps mean, and what is wrong with them."""
