"""The bordered linear systems of a step: dense, and matrix-free by Krylov iteration."""
