"""Exact expansions at a simple onset: Landau coefficients as polynomials, and as numbers of any precision."""
