"""Mode selection: which mode of the noise-free transformer grows fastest out of the uniform state, over β."""

import sys
from pathlib import Path

from branches.figures.clusters_figure import mode_growth_figure
from branches.figures.page import save_page

save_page(mode_growth_figure(beta_max=25.0, modes=7), Path(*sys.argv[1:]) / "mode_selection.png")
