"""A small engine that follows curves F(u, p) = 0 in one parameter."""
