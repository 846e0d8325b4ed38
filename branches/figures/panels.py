"""The panels of the figure of a diagram: amplitude, free energy and densities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from branches.diagrams.diagram import Diagram
from branches.diagrams.findings import Finding, findings
from branches.figures.coexistence import Coexistence, coexistences
from branches.figures.labels import ANYWHERE, BELOW, Labels
from branches.figures.sphere_density import sphere_density_panel
from branches.figures.stretches import UNIFORM, Portrait, Stretch, amplitude, stretches
from branches.figures.style import CROSS, DIAMOND, DISC, GUIDE, SQUARE, colour, line
from branches.spaces.circle import Dihedral

__all__ = ["Scene", "amplitude_panel", "density_panels", "energy_panel", "panel_letter"]

LETTERS = "ABCDEFGH"
MARKS = {"fold": SQUARE, "stop": CROSS}  # all others are discs
ROUNDING = 1e-12  # free energies that differ by less are equal


@dataclass(frozen=True)
class Scene:
    """All that is drawn over κ, computed beforehand.

    Parameters
    ----------
    diagram
        The diagram itself.
    parts
        Its curves.
    crossings
        Where the lowest free energies cross.
    found
        Its onsets and special points, and where branches stop.
    """

    diagram: Diagram
    parts: tuple[Stretch, ...]
    crossings: tuple[Coexistence, ...]
    found: tuple[Finding, ...]

    @classmethod
    def of(cls, diagram: Diagram) -> Scene:
        """Compute the scene of a diagram."""
        return cls(diagram, stretches(diagram), coexistences(diagram), findings(diagram))


def amplitude_panel(ax: Axes, scene: Scene, shown: Sequence[Portrait] = ()) -> None:
    """Draw ‖a‖ over κ, with the special points marked and labelled, and the states ``shown`` lettered."""
    _curves(ax, scene, "amplitude")
    top = max(float(part.amplitude.max()) for part in scene.parts) or 1.0
    ax.set_ylim(-0.14 * top, 1.06 * top)
    ax.set_ylabel(r"amplitude $\Vert a \Vert = (\sum a_n^2)^{1/2}$")
    labels = Labels(ax)
    for part in scene.parts:
        labels.avoid_curve(part.kappa, part.amplitude)
    for crossing in scene.crossings:
        ax.axvline(crossing.kappa, zorder=1, **GUIDE)
        labels.avoid_curve([crossing.kappa] * 2, ax.get_ylim())
    heights = [float(amplitude(finding.a)) for finding in scene.found]
    for finding, height in zip(scene.found, heights, strict=True):
        ax.plot(finding.kappa, height, **MARKS.get(finding.kind, DISC))
        labels.avoid_point(finding.kappa, height)
    _letters(ax, labels, shown, [portrait.amplitude for portrait in shown])
    for finding, height in zip(scene.found, heights, strict=True):
        directions = BELOW if finding.kind == "onset" else ANYWHERE
        labels.place(_text(finding), finding.kappa, height, directions, fontsize=10)


def energy_panel(ax: Axes, scene: Scene, shown: Sequence[Portrait] = ()) -> None:
    """Draw F over κ, with the first coexistence enlarged in an inset."""
    _curves(ax, scene, "free_energy")
    values = np.concatenate([part.free_energy for part in scene.parts])
    span = float(np.ptp(values))
    span = span if span > ROUNDING else 1.0
    ax.set_ylim(values.min() - 0.05 * span, values.max() + 0.12 * span)
    ax.set_ylabel("free energy $F$")
    labels = Labels(ax)
    for part in scene.parts:
        labels.avoid_curve(part.kappa, part.free_energy)
    for crossing in scene.crossings:
        ax.plot(crossing.kappa, crossing.free_energy, **DIAMOND)
        labels.avoid_point(crossing.kappa, crossing.free_energy)
    if scene.crossings:
        _inset(ax, labels, scene, scene.crossings[0])
    _letters(ax, labels, shown, [portrait.free_energy for portrait in shown])


def density_panels(axes: Sequence[Axes], shown: Sequence[Portrait]) -> None:
    """Draw ρ(θ) of one state in each of the axes, each on its own scale; dotted, the uniform density."""
    theta = np.linspace(-np.pi, np.pi, 721)
    for ax, letter, portrait in zip(axes, LETTERS, shown, strict=False):
        own = colour(portrait.branch)
        if not isinstance(portrait.isotropy, Dihedral):
            sphere_density_panel(ax, portrait.isotropy, portrait.a, own, line(portrait.stability))
            ax.set_title(rf"{letter}:  $\kappa = {portrait.kappa:.4g}$", fontsize=11, color=own)
            continue
        rho = portrait.isotropy.density(portrait.isotropy.canonical(portrait.a), theta)
        ax.fill_between(theta, rho, color=own, alpha=0.15, linewidth=0)
        ax.plot(theta, rho, color=own, **line(portrait.stability))
        ax.axhline(0.5 / np.pi, **GUIDE)
        ax.set_xticks([-np.pi, 0.0, np.pi], [r"$-\pi$", "$0$", r"$\pi$"])
        ax.set_xlim(-np.pi, np.pi)
        ax.set_xlabel(r"$\theta$", labelpad=1)
        ax.set_title(rf"{letter}:  $\kappa = {portrait.kappa:.4g}$", fontsize=11, color=own)
        ax.set_ylim(bottom=0.0)
        ax.locator_params(axis="y", nbins=4)
    if shown:
        axes[0].set_ylabel(r"density $\rho(\theta)$")


def panel_letter(ax: Axes, letter: str) -> None:
    """Put (a), (b), … above the upper left corner."""
    ax.annotate(
        f"({letter})", (0, 1), xycoords="axes fraction", xytext=(-36, 6), textcoords="offset points",
        fontsize=12, ha="left", va="bottom",
    )  # fmt: skip


def _curves(ax: Axes, scene: Scene, quantity: str) -> None:
    """Draw all stretches; show a piece of the uniform state before the first of the branches."""
    for part in scene.parts:
        style = {"color": colour(part.branch), "zorder": 3 if part.stable else 2, **line(part.stability)}
        ax.plot(part.kappa, getattr(part, quantity), **style)
    right = scene.diagram.kappa_max
    lowest = min((float(part.kappa.min()) for part in scene.parts if part.branch != UNIFORM), default=0.0)
    left = max(0.0, lowest - 0.18 * (right - lowest))
    ax.set_xlim(left, right + 0.02 * (right - left))
    ax.set_xlabel(r"coupling $\kappa$")


def _letters(ax: Axes, labels: Labels, shown: Sequence[Portrait], heights: Sequence[float]) -> None:
    for portrait, height in zip(shown, heights, strict=True):
        ax.plot(portrait.kappa, height, "o", color=colour(portrait.branch), markersize=4, zorder=4)
        labels.avoid_point(portrait.kappa, height, 2.5)
    for letter, portrait, height in zip(LETTERS, shown, heights, strict=False):
        own = colour(portrait.branch)
        labels.place(letter, portrait.kappa, height, fontsize=12, fontweight="bold", color=own)


def _inset(ax: Axes, labels: Labels, scene: Scene, crossing: Coexistence) -> None:
    """Enlarge the crossing of the two free energies; below the concave curves there is room for it."""
    inset = ax.inset_axes((0.16, 0.1, 0.36, 0.38))
    _curves(inset, scene, "free_energy")
    inset.set_xlabel("")
    low, high = crossing.overlap
    high = min(high, crossing.kappa + 2.0 * (crossing.kappa - low))
    own = [part for part in scene.parts if part.branch in crossing.branches]
    inside = [part.free_energy[(part.kappa >= low) & (part.kappa <= high)] for part in own]
    values = np.concatenate([*inside, [crossing.free_energy]])
    span = float(np.ptp(values))
    inset.set_xlim(low - 0.15 * (high - low), high + 0.05 * (high - low))
    inset.set_ylim(values.min() - 0.08 * span, values.max() + 0.18 * span)
    inset.plot(crossing.kappa, crossing.free_energy, **DIAMOND)
    inset.tick_params(labelsize=9)
    inset.locator_params(nbins=3)
    inset.spines[["top", "right"]].set_visible(True)
    inset.ticklabel_format(useOffset=False)
    ax.indicate_inset_zoom(inset, edgecolor="0.5", linewidth=0.7)
    caption = Labels(inset)
    for part in scene.parts:
        caption.avoid_curve(part.kappa, part.free_energy)
    caption.avoid_point(crossing.kappa, crossing.free_energy)
    caption.place(rf"$\kappa = {crossing.kappa:.5g}$", crossing.kappa, crossing.free_energy, fontsize=10)
    box = inset.get_tightbbox()
    if box is not None:
        labels.avoid_box(box)


def _text(finding: Finding) -> str:
    if finding.kind == "onset":
        modes = finding.modes.replace("+", ",")
        return rf"$\kappa_{{{modes}}} = {finding.kappa:.5g}$"
    return f"{finding.kind} {finding.kappa:.5g}"
