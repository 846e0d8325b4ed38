"""Interaction potentials of mean-field equations on the circle and on spheres, by name.

Normalisation, everywhere: W(θ) = W₀ − Σ_{n≥1} g_n cos nθ on [0, 2π), so that mode n of the uniform
state becomes unstable at κ_n = 2/g_n.  Each constructor returns a frozen `Potential`.
"""

from branches.potentials.named import (
    NAMES,
    Potential,
    bimodal,
    by_name,
    doi_onsager,
    from_dict,
    from_function,
    from_sympy,
    from_weights,
    harmonics,
    hegselmann_krause,
    kuramoto,
    log_gas,
    maier_saupe,
    noisy_transformer,
    onsager,
    vector_model,
)

__all__ = [
    "NAMES",
    "Potential",
    "bimodal",
    "by_name",
    "doi_onsager",
    "from_dict",
    "from_function",
    "from_sympy",
    "from_weights",
    "harmonics",
    "hegselmann_krause",
    "kuramoto",
    "log_gas",
    "maier_saupe",
    "noisy_transformer",
    "onsager",
    "vector_model",
]
