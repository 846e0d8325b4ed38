"""Stationary branches of McKean–Vlasov equations on the circle."""
