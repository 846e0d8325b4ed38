"""The commands of particles, clusters and synchronisation, and their figures."""

import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

import branches
from branches import potentials
from branches.dynamics import replicas, walk
from branches.dynamics.hysteresis import hysteresis
from branches.figures.clusters_figure import clusters_figure, synchronisation_figure
from branches.figures.particles_figure import hysteresis_figure, particles_figure


def test_particles(mvcont):
    code, out, _ = mvcont("particles", "kuramoto", "--kappa", 4, "-n", 200, "-t", 20, "--replicas", 2, "--json")
    record = json.loads(out)
    assert code == 0
    assert abs(record["mean_square"][0] - 0.69) < 0.1
    rows = np.loadtxt(record["files"]["csv"], delimiter=",", skiprows=1)
    assert rows.shape == (2 * 101, 6)
    assert np.hypot(rows[:, 4], rows[:, 5]).max() <= 1
    assert imread(record["files"]["png"]).std() > 0.02
    again = json.loads(mvcont("particles", "kuramoto", "--kappa", 4, "-n", 200, "-t", 20, "--replicas", 2, "--json")[1])
    assert again["order_at_end"] == record["order_at_end"]
    code, out, _ = mvcont("particles", "kuramoto", "--kappa", 4, "-n", 200, "-t", 20, "-o", "elsewhere")
    assert code == 0
    assert "E|z_1|²" in out
    assert "files in elsewhere: particles.csv" in out


def test_a_sweep_of_the_coupling(mvcont):
    sweep = ("--kappa", 1.5, "--sweep-to", 2.2, "-n", 200, "-t", 100, "--step", 0.2, "--replicas", 2)
    code, out, _ = mvcont("particles", "bimodal", "--m", 1, *sweep, "-o", "loop")
    assert code == 0
    assert "κ of the jump up" in out
    jumps = json.loads(Path("loop/particles.json").read_text(encoding="utf-8"))["jumps"]
    assert len(jumps["up"]) == 2
    assert imread("loop/particles.png").std() > 0.02


def test_particles_keep_replicas_in_a_store(mvcont):
    arguments = ("particles", "kuramoto", "--kappa", 3, "-n", 50, "-t", 2, "--store", "kept", "--json")
    first = json.loads(mvcont(*arguments)[1])
    more = json.loads(mvcont(*arguments, "--replicas", 2)[1])
    assert more["order_at_end"][0] == first["order_at_end"][0]
    code, _, err = mvcont(*arguments, "--seed", 3)
    assert code == 2
    assert "seed: 0 there, 3 here" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--kappa", 0), "kappa = 0.0 is not allowed"),
        (("--kappa", "x"), "'x' is not a number"),
        (("--kappa", 3, "--seed", 1.5), "'1.5' is not an integer"),
        (("--kappa", 3, "--seed", -1), "seed = -1"),
        (("--kappa", 3, "-n", 0), "--number = 0 is not allowed"),
        (("--kappa", 3, "-t", -1), "--time = -1 is not allowed"),
        (("--kappa", 3, "--step", 9), "to be stable"),
        (("--kappa", 3, "--method", "milstein"), "known are leimkuhler-matthews"),
        (("--kappa", 3, "--replicas", 0), "replicas = 0"),
        (("--kappa", 3, "--workers", 0), "workers = 0"),
        (("--kappa", 3, "--sweep-to", 2), "give a smaller and a larger coupling"),
        ((), "Missing option '--kappa'"),
    ],
)
def test_bad_particles(mvcont, arguments, says):
    code, out, err = mvcont("particles", "kuramoto", *arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1


def test_an_interrupt_writes_what_there_is(mvcont, monkeypatch):
    def interrupted(plan, replica):
        for number, moment in enumerate(walk.walk(plan, replica)):
            if number == 5:
                raise KeyboardInterrupt
            yield moment

    monkeypatch.setattr(replicas, "walk", interrupted)
    code, out, err = mvcont("particles", "kuramoto", "--kappa", 3, "-n", 20, "-t", 2, "-o", "part")
    assert code == 130
    assert "what was done so far is in part" in err
    assert "one replica, until t = 0.08" in out
    assert np.loadtxt("part/particles.csv", delimiter=",", skiprows=1).shape == (5, 6)


def test_clusters(mvcont):
    code, out, _ = mvcont("clusters", "--beta", 5, "--angles", "0,3", "--json")
    record = json.loads(out)
    assert code == 0
    assert abs(record["cascade"][0]["t"] / 28376.9354592 - 1) < 1e-10
    assert imread(record["files"]["png"]).std() > 0.02
    code, out, _ = mvcont("clusters", "--beta", 3, "--tokens", 40, "--seed", 2)
    assert code == 0
    assert "40 tokens collapse into" in out
    for arguments, says in (
        (("--beta", "nan"), "beta = nan"),
        (("--beta", 5, "--angles", "0,x"), "--angles"),
        (("--beta", 5, "--tokens", 1), "at least 2"),
        (("--beta", 5, "--seed", -1), "seed = -1"),
        ((), "Missing option '--beta'"),
    ):
        code, _, err = mvcont("clusters", *arguments)
        assert code == 2, arguments
        assert says in err


def test_synchronises(mvcont):
    code, out, _ = mvcont("synchronises", "noisy-transformer", "--beta", -0.2)
    assert code == 0
    assert "yes" in out
    for arguments, answer in (
        (("noisy-transformer", "--beta", -0.5), "not decided"),
        (("harmonics", "--weights", "1,0.3"), "no"),
        (("noisy-transformer", "-p", "beta=3"), "yes"),
    ):
        assert json.loads(mvcont("synchronises", *arguments, "--json")[1])["answer"] == answer
    code, _, err = mvcont("synchronises", "hegselmann-krause", "-p", "R=2")
    assert code == 2
    assert "decay too slowly" in err


def test_jumps_of_a_loop():
    loop = hysteresis(potentials.bimodal(1.0), (1.5, 2.2), 300, 200, 1, step=0.2, replicas=3)
    up, down = loop.jumps(1, 0.4)
    assert (up > down).all()
    assert ((up > 1.70) & (up < 2.2)).all()  # after the fold at 1.728
    assert ((down > 1.5) & (down < 1.80)).all()  # before coexistence at 1.756, give or take fluctuations
    kappa, order = loop.up
    assert (kappa[0], kappa[-1], order.shape) == (1.5, 2.2, (3, 201, 2))
    with pytest.raises(ValueError, match="recorded are 1, 2"):
        loop.jumps(5, 0.4)
    with pytest.raises(ValueError, match="sweep"):
        hysteresis(potentials.bimodal(1.0), (2.0, 1.0), 10, 1, 1)
    with pytest.raises(ValueError, match="t = 0"):
        hysteresis(potentials.bimodal(1.0), (1.0, 2.0), 10, 0, 1)
    page = hysteresis_figure(loop, branches.diagram(potentials.bimodal(1.0), kappa_max=2.3))
    texts = [text.get_text().strip() for text in page.axes[0].texts]
    assert sorted(texts) == ["coexistence", "fold", "onset"]
    with pytest.raises(ValueError, match="mode = 7"):
        hysteresis_figure(loop, branches.diagram(potentials.bimodal(1.0), kappa_max=2.3), 7)


def test_what_the_figures_draw():
    state = branches.trace(potentials.kuramoto(), kappa_max=5).at_kappa(4.0)[0]
    run = branches.particles(potentials.kuramoto(), 4.0, 100, 5, 1)
    left, right = particles_figure(run, [state]).axes
    assert np.allclose(left.lines[0].get_ydata(), run.order[0, :, 0])
    assert abs(right.lines[0].get_ydata().max() - state.density(np.zeros(1))[0]) < 1e-12
    found = branches.clusters(5.0, [0.0, 1.0, 3.0])
    page = clusters_figure(found)
    assert len([text for text in page.axes[0].texts if text.get_text()]) == len(found.cascade)
    with pytest.raises(ValueError, match="low < high"):
        synchronisation_figure(1.0, 0.0)
