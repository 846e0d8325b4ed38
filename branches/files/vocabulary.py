"""The names in JSON, CSV and labelled data, and what they mean: one vocabulary for all of them.

A CSV column is a JSON key, or a part of one: ``index`` (even, odd) is ``index_even`` and ``index_odd``, the moments
``a`` are ``a_1``, ``a_2``, …, a complex ``z`` is ``z_re`` and ``z_im``, ends are ``_start`` and ``_end``.
"""

from __future__ import annotations

import re

__all__ = ["VOCABULARY", "known", "meaning"]

RESULT = {
    "schema": "What kind of document this is.",
    "version": "Version of the vocabulary.",
    "provenance": "What made it: package, package_version, date, command, settings, python, numpy, scipy.",
    "files": "Paths of the files written, by kind.",
    "status": "How it ended: finished, interrupted, stopped; of a branch: bound, closed, …",
    "status_text": "The status in a sentence.",
    "message": "What was noticed.",
    "notes": "What was noticed, one sentence each.",
    "warnings": "What makes a result doubtful.",
    "failures": "What has no result: parameter and reason.",
    "reason": "Why.",
    "counters": "Operations spent: steps, factorisations, solves, residuals, newton, evaluations, jacobians.",
    "seconds": "Time it took.",
}
PROBLEM = {
    "potential": "The interaction: name, label, parameters, source of the weights.",
    "family": "Potentials over one parameter: name, varied, fixed parameters, range.",
    "name": "Of a potential, a point or a state.",
    "label": "Name and parameters in words.",
    "parameters": "By name.",
    "source": "Where the weights come from: closed form, numerical integration or table.",
    "weights": "g_1, g_2, …; W(θ) = W₀ − Σ g_n cos nθ.",
    "varied": "Name of the parameter that varies.",
    "fixed": "The other parameters.",
    "range": "Smallest and largest value of it.",
    "parameter": "Value of the parameter that varies.",
    "parameter_error": "Bound or estimate of its error.",
    "potentials": "All that have a name.",
    "options": "How they are typed.",
    "formula": "W in words.",
}
STATE = {
    "kappa": "Coupling κ.",
    "kappa_error": "Bound of its error.",
    "kappa_max": "Largest coupling looked at.",
    "kappa_min": "Smallest coupling.",
    "a": "Moments a_n = E[cos nθ], from n = 1; of a narrow state the first 256.",
    "c": "Moments c_n = E[exp(−i nθ)], from n = 1.",
    "z": "The same of finitely many particles: the mean of exp(i nθ).",
    "amplitude": "Leading moment a_n of a state of period 2π/n.",
    "norm": "(Σ a_n²)^½.",
    "free_energy": "F, 0 at the uniform state.",
    "index": "Morse index: unstable directions, even and odd.",
    "undecided": "Eigenvalues that are zero within their error; of connections, the pairs that were not decided.",
    "stability": "stable, unstable or not decided.",
    "stable": "The same as true, false or null (CSV: 1, 0 or empty).",
    "stability_change": "Stability before → after, in words.",
    "period": "n: the state has period 2π/n; 0 is the uniform state.",
    "isotropy": "Symmetry of the state.",
    "residual": "max |a − T(a, κ)|, re-evaluated.",
    "error": "Bound, to first order, of the distance from the exact result.",
    "n_modes": "Modes of the truncation used.",
    "b": "Moments b_n = E[sin nθ], from n = 1, of states without a mirror axis.",
    "certified": "What a proof says of it, where one was tried.",
    "searches": "What was searched at which coupling, with what effort, and whether the index sum agrees.",
    "twin": "The rotation that gives the same state once more.",
    "states": "Stationary states.",
    "known": "Whether a state was given, not found on the way.",
}
DIAGRAM = {
    "branches": "Branches, each for its symmetry orbit.",
    "branch": "Number of the branch; −1 for the uniform state.",
    "number": "Number of the branch; of synchronisation, of particles.",
    "origin": "Where a branch starts, in words.",
    "arclength": "Place on the branch; κ on the uniform state.",
    "nodes": "Special points and ends.",
    "node": "Name of one.",
    "edges": "Segments of constant stability.",
    "start": "Where it starts: the name of a node or state.",
    "end": "Where it ends; of a flow, the state it comes to.",
    "passes": "Special points on the way: arclength and node.",
    "special_points": "Onsets, special points and stops, once for their orbit.",
    "kind": "fold, pitchfork, …; of a transition continuous or discontinuous; of a line what it follows.",
    "shape": "supercritical, subcritical, transcritical, …",
    "modes": "Modes that become neutral, or that were looked at.",
    "mode": "Mode n.",
    "breaks_to": "Branches that leave have period 2π/breaks_to.",
    "bracket": "Arclengths between which it was first seen.",
    "coefficients": "The numbers that decided: c2, c4, curvature, slope, …, each with its error.",
    "coexistence": "Where the lowest free energies of stable states cross.",
    "between": "Numbers of the branches whose free energies are equal, −1 the uniform state.",
    "arclengths": "Where on them.",
    "overlap": "Couplings between which both are stable.",
    "completeness": "Half-branches owed, found, stopped, failed, not_followed, and what was not_searched.",
    "half_branches": "The account, one by one: node, description, outcome, branch, reason, shape, order, coefficient.",
    "description": "In words.",
    "not_searched": "What was not looked for.",
    "outcome": "found, found but stopped, failed, not followed.",
    "order": "Order of the term that decides a shape.",
    "coefficient": "That term's coefficient.",
    "coefficient_error": "Its error.",
}
ONSETS = {
    "onsets": "Bifurcations from the uniform state.",
    "onset": "The first of them: kappa and mode.",
    "kernel": "Modes that share the onset.",
    "kernels": "Sets of modes that share an onset.",
    "c1": "Landau coefficient of the first order, on spheres.",
    "c2": "Landau coefficient of the second order.",
    "c4": "Landau coefficient of the fourth order.",
    "ratio_slope": "Derivative of g_2n / g_n in the parameter.",
    "deciding_coefficient": "The first coefficient that does not vanish.",
    "deciding_order": "Its order.",
    "near_resonances": "Modes whose onsets are close.",
    "rays": "Half-branches of a resonant onset: direction, bend, degree, half_power, isolated, slope, unstable, ….",
    "undecided_rays": "Half-branches that were not decided.",
    "couplings": "Quadratic couplings l + m = total by detuning.",
    "l": "Mode l.",
    "m": "Mode m.",
    "total": "Mode l + m.",
    "weight": "Weight g_n; of a coupling, its strength.",
    "detuning": "|κ_l − κ_m|.",
    "tolerance": "Relative distance up to which onsets count as one.",
    "fold_curve": "The same point from traced folds: ends_at, and the difference.",
    "transitions": "Changes of the state of least free energy.",
    "jump": "Jump of Σ g a² there.",
    "jump_a": "Jump of the moments.",
    "free_energy_difference": "Difference of the two free energies found.",
    "decided_by": "A criterion that is proved, or diagram: the comparison of states.",
    "folds": "Folds: kappa, and mode, or branch and constant.",
    "violations": "Contradictions: a state is missing.",
    "columns": "One for each value of the parameter.",
    "entry": "onset, transition or fold.",
    "lines": "Lines in the plane of parameter and coupling.",
    "line": "Number of the line.",
    "seeds": "Values whose diagrams were computed first.",
    "done": "Values with a result.",
    "computed": "Of these computed now, the others having been in the store.",
    "store": "Folder of the results.",
}
DYNAMICS = {
    "t": "Time.",
    "dissipation": "−dF/dt.",
    "min_density": "Least value of the density on the grid.",
    "rate": "Rate of approach; of clusters, of contraction.",
    "tail": "Last moments relative to the first.",
    "distance": "From the state it comes to.",
    "rates": "Decay rates, even and odd; negative is unstable.",
    "gap": "Least decay rate.",
    "unstable": "Number of negative rates.",
    "critical": "Law at each onset: law, exponent, constant, next.",
    "connections": "Which state flows to which.",
    "space": "Fixed space in which it happens.",
    "dimension": "Of the unstable manifold.",
    "method": "By which it was found, or integrated.",
    "time": "Time it takes.",
    "energy_drop": "Difference of free energies.",
    "morse_bott": "Check of the list of states by Morse–Bott: space, consistent, polynomial, quotient, message.",
    "n": "Number of particles.",
    "replicas": "Independent repetitions.",
    "replica": "Number of one.",
    "step": "Longest time step.",
    "neglected": "Part of the force left out.",
    "seed": "Of the random numbers.",
    "order_at_end": "|z_n| at the end, by replica and mode.",
    "mean_square": "E|z_n|² over the second half of the time.",
    "mean_square_error": "Its standard error.",
    "jumps": "Couplings of the jumps up and down, with mode and level.",
    "beta": "Inverse temperature.",
    "tokens": "How many tokens.",
    "clusters": "How many clusters they form first.",
    "positions": "Angles at the times t.",
    "position": "Angle of a cluster.",
    "mass": "Masses of two clusters that merge.",
    "masses": "Their masses.",
    "cascade": "Merges of clusters.",
    "left": "Clusters left.",
    "energy": "Interaction energy.",
    "exact_rate": "The rate as the law predicts it.",
    "answer": "yes, no or not decided.",
    "margin": "Of the criterion: positive is proved.",
    "margin_error": "Its error.",
    "reach": "Range of the interaction.",
    "equal_clusters": "Number of equal clusters looked at.",
    "their_growth": "Their growth rate.",
    "published": "Whether the answer is in the literature.",
    "proved": "Whether it is proved; of a certificate, what.",
    "searched": "What was searched.",
    "certificates": "Certificates, each with its own schema.",
    "checks": "Certificates proved again: file, ok, reason, statement.",
}
VOCABULARY: dict[str, str] = RESULT | PROBLEM | STATE | DIAGRAM | ONSETS | DYNAMICS
# Parts that a name may have: numbers of modes, complex parts, sectors, ends, sides, errors.
PART = re.compile(r"_(\d+|re|im|even|odd|start|end|before|after|error)$")


def known(name: str) -> bool:
    """Return whether a name, or what it is a part of, is in the vocabulary or named by one of its entries.

    Examples
    --------
    >>> known("index_before_even"), known("a_12"), known("ends_at"), known("evne")
    (True, True, True, False)
    """
    return meaning(name) is not None


def meaning(name: str) -> str | None:
    """Return what a name means, None if it is not in the vocabulary.

    Examples
    --------
    >>> meaning("a_3"), meaning("factorisations")[:16]
    ('Moments a_n = E[cos nθ], from n = 1; of a narrow state the first 256.', 'Operations spent')
    """
    whole = ""
    while whole != name:
        whole = name
        if whole in VOCABULARY:
            return VOCABULARY[whole]
        mention = re.compile(rf"\b{re.escape(whole)}\b")
        mentioned = next((text for text in VOCABULARY.values() if mention.search(text)), None)
        if mentioned is not None:
            return mentioned
        name = PART.sub("", whole)
    return None
