"""How special points move with a second parameter."""
