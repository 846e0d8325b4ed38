"use strict";
// Joins the data of the page to its plots.  Nothing is computed here but what lies between samples.
(() => {
  const record = JSON.parse(document.getElementById("data").textContent);
  const DASH = { stable: "solid", unstable: "8 5", "not decided": "14 4 2 4" };
  const WIDTH = { stable: 3, unstable: 2, "not decided": 2.4 };
  const MARKER = { fold: ["square", "white"], coexistence: ["diamond", "white"], stop: ["x", "black"],
    "critical end point": ["diamond", "white"], end: ["circle", "#bbbbbb"] };
  const NEAR = 14; // pixels within which a click meets a point
  const SLIDER = 1000;
  const view = { data: null, kappa: NaN, chosen: null, states: [] };
  const byId = (id) => document.getElementById(id);
  const model = (name) => Bokeh.documents[0].get_model_by_name(name);
  const tiny = () => 1e-7 * Math.max(...view.data.curves.map((c) => Math.max(...c.energy.map(Math.abs))));
  const energyText = (value) => (Math.abs(value) <= tiny() ? "0" : short(value, 5));
  const short = (value, digits = 6) => String(Number(value.toPrecision(digits)));
  const marker = (kind) => MARKER[kind] ?? ["circle", "black"];

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
      if (key in made && typeof value !== "string") made[key] = value; else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  // The cubic through the four samples around index t: samples are a smooth function of their index.
  function between(values, t) {
    if (values.length < 4) {
      const k = Math.min(Math.floor(t), values.length - 2);
      return values[k] + (t - k) * (values[k + 1] - values[k]);
    }
    const first = Math.min(Math.max(Math.floor(t) - 1, 0), values.length - 4);
    let sum = 0;
    for (let i = 0; i < 4; i++) {
      let weight = 1;
      for (let j = 0; j < 4; j++) if (j !== i) weight *= (t - first - j) / (i - j);
      sum += weight * values[first + i];
    }
    return sum;
  }

  // The indices at which a curve has a coupling.
  function crossings(curve, kappa) {
    const found = [], x = curve.kappa;
    for (let k = 0; k + 1 < x.length; k++) {
      const [left, right] = [x[k] - kappa, x[k + 1] - kappa];
      if (left * right > 0 || (left === 0 && k > 0)) continue;
      let [low, high] = [k, k + 1];
      for (let step = 0; step < 50; step++) {
        const middle = 0.5 * (low + high);
        if ((between(x, middle) - kappa) * left > 0) low = middle; else high = middle;
      }
      found.push(left === 0 ? k : 0.5 * (low + high));
    }
    return found;
  }

  function density(curve, t) {
    if (!curve.densities.length) return null;
    let best = 0;
    curve.shown.forEach((at, k) => { if (Math.abs(at - t) < Math.abs(curve.shown[best] - t)) best = k; });
    const packed = curve.densities[best];
    if (!packed.values) {
      const bytes = Uint8Array.from(atob(packed.data), (letter) => letter.charCodeAt(0));
      const levels = new DataView(bytes.buffer);
      packed.values = Array.from({ length: bytes.length / 2 }, (_, i) => packed.top * levels.getUint16(2 * i, true) / 65535);
    }
    return packed.values;
  }

  function uniformDensity() { // what every density has as its mean
    const [x, curve] = [view.data.positions, view.data.curves.find((c) => c.densities.length)];
    if (!curve) return null;
    const rho = density(curve, 0);
    let sum = 0;
    for (let k = 0; k + 1 < x.length; k++) sum += 0.5 * (rho[k] + rho[k + 1]) * (x[k + 1] - x[k]);
    const level = sum / (x[x.length - 1] - x[0]);
    return x.map(() => level);
  }

  function fit(plot, xs, ys, margin = 0.06) {
    const extent = (rows) => {
      let [low, high] = [Infinity, -Infinity];
      for (const row of rows) for (const v of row) { low = Math.min(low, v); high = Math.max(high, v); }
      return [low, high];
    };
    const set = (range, low, high, room) => {
      const span = (high - low) || Math.abs(high) || 1;
      [range.start, range.end] = [low - room * span, high + room * span];
      [range.reset_start, range.reset_end] = [range.start, range.end];
    };
    if (xs) set(plot.x_range, ...(Array.isArray(xs[0]) ? extent(xs) : xs), Array.isArray(xs[0]) ? margin : 0.02);
    set(plot.y_range, ...extent(ys), margin);
  }

  function show(data, kappa = null) {
    Object.assign(view, { data, chosen: null });
    byId("subtitle").textContent = record.phases ? "" : `κ ≤ ${short(data.kappa_max)}`;
    byId("account").textContent = data.account;
    byId("details").replaceChildren();
    for (const name of ["norm", "energy"]) {
      const plot = model(name), curves = data.curves;
      model(`${name} curves`).data = { x: curves.map((c) => c.kappa), y: curves.map((c) => c[name]),
        color: curves.map((c) => c.color), dash: curves.map((c) => DASH[c.stability]), width: curves.map((c) => WIDTH[c.stability]) };
      const marks = data.points.map((p) => marker(p.kind));
      model(`${name} points`).data = { x: data.points.map((p) => p.kappa), y: data.points.map((p) => p[name]),
        marker: marks.map((m) => m[0]), fill: marks.map((m) => m[1]) };
      fit(plot, data.limits, curves.map((c) => c[name]));
    }
    legend();
    byId("chips").replaceChildren(...data.points.map((point) => element("button", { type: "button", "aria-pressed": "false",
      "data-name": point.name, onclick: () => details(point.name) }, point.name)));
    graph();
    const winner = data.points.find((p) => p.kind === "coexistence") ?? data.points[0];
    choose(kappa ?? (winner ? winner.kappa : 0.5 * (data.limits[0] + data.limits[1])));
  }

  function legend() {
    const seen = new Map();
    for (const c of view.data.curves) seen.set(c.branch, c);
    const entries = [...seen.values()].slice(0, 12).map((c) => {
      const swatch = element("i");
      swatch.style.borderColor = c.color;
      return element("span", {}, swatch, c.name);
    });
    if (seen.size > 12) entries.push(element("span", {}, `and ${seen.size - 12} more`));
    for (const word of new Set(view.data.curves.map((c) => c.stability))) {
      const swatch = element("i");
      swatch.style.borderTopStyle = { stable: "solid", unstable: "dashed", "not decided": "dotted" }[word];
      entries.push(element("span", {}, swatch, word));
    }
    byId("legend").replaceChildren(...entries);
  }

  // All states at a coupling, the one of least free energy first.
  function choose(kappa) {
    const [low, high] = view.data.limits;
    view.kappa = Math.min(Math.max(kappa, low), high);
    byId("kappa").value = String(Math.round(SLIDER * (view.kappa - low) / (high - low)));
    byId("kappa-value").value = short(view.kappa, 8);
    view.states = view.data.curves.flatMap((curve) => crossings(curve, view.kappa).map((t) => ({
      curve, t, norm: between(curve.norm, t), energy: between(curve.energy, t) })));
    // where two stretches of a branch meet, one state is enough
    view.states = view.states.filter((s, k) => !view.states.slice(0, k).some((o) => o.curve.branch === s.curve.branch
      && Math.abs(o.norm - s.norm) < 1e-6 * (1 + s.norm) && Math.abs(o.energy - s.energy) < 1e-6 * (1 + Math.abs(s.energy))));
    view.states.sort((a, b) => a.energy - b.energy);
    for (const name of ["norm", "energy"]) {
      model(`${name} chosen`).location = view.kappa;
      model(`${name} states`).data = { x: view.states.map(() => view.kappa), y: view.states.map((s) => s[name]),
        color: view.states.map((s) => s.curve.color) };
    }
    const rows = view.states.map((state, k) => {
      const swatch = element("i");
      swatch.style.background = state.curve.color;
      const row = element("tr", { onclick: () => point(state.curve, state.t, row) }, element("td", {}, swatch),
        element("td", {}, state.curve.name), element("td", {}, short(state.norm, 5)), element("td", {}, energyText(state.energy)),
        element("td", {}, state.curve.stability), element("td", {}, state.curve.index.length ? `(${state.curve.index.join(", ")})` : ""));
      row.dataset.energy = String(state.energy);
      if (state.energy - view.states[0].energy <= tiny() && view.states.length > 1) row.classList.add("lowest");
      return row;
    });
    byId("states").tBodies[0].replaceChildren(...rows);
    densities(null);
  }

  // The densities of all states at the chosen coupling, and one in bold.
  function densities(bold) {
    const lines = [];
    for (const state of view.states) {
      const rho = state.curve.densities.length ? density(state.curve, state.t) : uniformDensity();
      if (rho) lines.push([rho, state.curve.color, DASH[state.curve.stability], 1.8, bold ? 0.35 : 1]);
    }
    if (bold) {
      const rho = bold.curve.densities.length ? density(bold.curve, bold.t) : uniformDensity();
      if (rho) lines.push([rho, bold.curve.color, DASH[bold.curve.stability], 4, 1]);
    }
    const plot = model("density");
    model("density lines").data = { x: lines.map(() => view.data.positions), y: lines.map((l) => l[0]),
      color: lines.map((l) => l[1]), dash: lines.map((l) => l[2]), width: lines.map((l) => l[3]), alpha: lines.map((l) => l[4]) };
    const x = view.data.positions;
    if (lines.length) fit(plot, [x[0], x[x.length - 1]], [[0], ...lines.map((l) => l[0])], 0.04);
  }

  // One state of a curve: its numbers in words, its density in bold.
  function point(curve, t, row = null) {
    view.chosen = { curve, t };
    const parts = [curve.name, `κ = ${short(between(curve.kappa, t))}`, `‖a‖ = ${short(between(curve.norm, t), 5)}`,
      `F = ${energyText(between(curve.energy, t))}`, curve.stability];
    if (curve.index.length) parts.push(`index (${curve.index.join(", ")})`);
    if (curve.symmetry) parts.push(curve.symmetry);
    byId("pointed").textContent = parts.join(" · ");
    for (const other of byId("states").tBodies[0].rows) other.classList.toggle("chosen", other === row);
    densities(view.chosen);
  }

  function table(id, title, rows) {
    byId(id).replaceChildren(element("caption", {}, title), ...rows.map(([name, value]) =>
      element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value))));
  }

  function details(name) {
    const found = view.data.points.find((p) => p.name === name);
    if (!found) return;
    table("details", found.text, found.rows);
    for (const chip of byId("chips").children) chip.setAttribute("aria-pressed", String(chip.dataset.name === name));
    choose(found.kappa);
  }

  function graph() {
    const { nodes, edges } = view.data.graph, plot = model("graph");
    model("graph edges").data = { x: edges.map((e) => e.x), y: edges.map((e) => e.y), color: edges.map((e) => e.color),
      dash: edges.map((e) => DASH[e.stability]), width: edges.map((e) => WIDTH[e.stability]) };
    const marks = nodes.map((n) => marker(n.kind)), few = nodes.length <= 30;
    model("graph nodes").data = { x: nodes.map((n) => n.x), y: nodes.map((n) => n.y), marker: marks.map((m) => m[0]),
      fill: marks.map((m) => m[1]), size: nodes.map((n) => (n.kind === "end" ? 5 : 9)),
      text: nodes.map((n) => (few && n.kind !== "end" ? n.name.replace(...(nodes.length > 12 ? [/^onset /, ""] : ["", ""])) : "")) };
    fit(plot, edges.map((e) => e.x), edges.map((e) => e.y), 0.12);
  }

  // The nearest of some polylines or points, by pixels.
  function nearest(plot, x, y, lines) {
    const across = plot.inner_width / (plot.x_range.end - plot.x_range.start);
    const up = plot.inner_height / (plot.y_range.end - plot.y_range.start);
    let best = { distance: Infinity, line: -1, t: 0 };
    lines.forEach(([xs, ys], line) => {
      for (let k = 0; k < xs.length; k++) {
        const next = Math.min(k + 1, xs.length - 1);
        const [ax, ay, bx, by] = [(xs[k] - x) * across, (ys[k] - y) * up, (xs[next] - x) * across, (ys[next] - y) * up];
        const length = (bx - ax) ** 2 + (by - ay) ** 2;
        const s = length ? Math.min(Math.max(-(ax * (bx - ax) + ay * (by - ay)) / length, 0), 1) : 0;
        const distance = Math.hypot(ax + s * (bx - ax), ay + s * (by - ay));
        if (distance < best.distance) best = { distance, line, t: k + s };
      }
    });
    return best;
  }

  const curvesOf = (name) => view.data.curves.map((c) => [c.kappa, c[name]]);
  const pointsOf = (list, x, y) => list.map((p) => [[p[x]], [p[y]]]);

  function hover(name, x, y) {
    if (name === "norm" || name === "energy") {
      const best = nearest(model(name), x, y, curvesOf(name));
      if (best.line >= 0 && best.distance < 40) point(view.data.curves[best.line], best.t);
    } else if (name === "graph") {
      const { nodes, edges } = view.data.graph;
      const node = nearest(model(name), x, y, pointsOf(nodes, "x", "y"));
      const edge = nearest(model(name), x, y, edges.map((e) => [e.x, e.y]));
      if (node.distance < NEAR) byId("edge").textContent = nodes[node.line].name;
      else if (edge.distance < NEAR) byId("edge").textContent = edges[edge.line].text;
    }
  }

  function tap(name, x, y) {
    if (name === "phases") return tapPhases(x, y);
    if (name === "graph") {
      const node = nearest(model(name), x, y, pointsOf(view.data.graph.nodes, "x", "y"));
      if (node.distance < NEAR) details(view.data.graph.nodes[node.line].name);
      hover(name, x, y);
    } else if (name === "norm" || name === "energy") {
      const special = nearest(model(name), x, y, pointsOf(view.data.points, "kappa", name));
      if (special.distance < NEAR) return details(view.data.points[special.line].name);
      const best = nearest(model(name), x, y, curvesOf(name));
      choose(best.distance < 40 ? between(view.data.curves[best.line].kappa, best.t) : x);
      if (best.distance < 40) point(view.data.curves[best.line], best.t);
    }
    return undefined;
  }

  function phases() {
    const { limits, regions, lines, points, notes, symbol } = record.phases, plot = model("phases");
    byId("phases-section").hidden = false;
    model("phases regions").data = { x: regions.map((r) => r.x), y: regions.map((r) => r.y), color: regions.map((r) => r.color) };
    model("phases lines").data = { x: lines.map((l) => l.x), y: lines.map((l) => l.y), dash: lines.map((l) => l.dash), width: lines.map((l) => l.width) };
    const marks = points.map((p) => marker(p.kind));
    model("phases points").data = { x: points.map((p) => p.x), y: points.map((p) => p.y), marker: marks.map((m) => m[0]), fill: marks.map((m) => m[1]) };
    [plot.x_range.start, plot.x_range.end, plot.y_range.start, plot.y_range.end] = limits;
    [plot.x_range.reset_start, plot.x_range.reset_end, plot.y_range.reset_start, plot.y_range.reset_end] = limits;
    const names = new Map(regions.map((r) => [r.name, r.color]));
    const swatches = [...names].map(([name, color]) => {
      const box = element("i", { class: "box" });
      box.style.background = color;
      return element("span", {}, box, name);
    });
    byId("phase-legend").replaceChildren(...swatches, element("span", { class: "words" }, "solid: discontinuous · dashed: continuous · dotted: limit of metastability"));
    const hint = record.diagrams.length ? `Click a point: the diagram of the nearest of ${record.diagrams.length} values of ${symbol} opens at that coupling.` : "";
    byId("phase-hint").textContent = [hint, ...notes].join(" ");
  }

  function tapPhases(x, y) {
    const { points, onset } = record.phases;
    const special = nearest(model("phases"), x, y, pointsOf(points, "x", "y"));
    if (special.distance < NEAR) {
      ({ x, y } = points[special.line]);
      table("phase-details", points[special.line].kind, points[special.line].rows);
    } else byId("phase-details").replaceChildren();
    open(x, y, onset);
  }

  function open(x, y, onset) {
    model("phases chosen").data = { x: [x], y: [y] };
    if (!record.diagrams.length) return;
    const best = record.diagrams.reduce((a, b) => (Math.abs(b.value - x) < Math.abs(a.value - x) ? b : a));
    let k = onset.value.findIndex((v) => v >= best.value);
    if (k < 0) k = onset.value.length - 1;
    const title = byId("diagram-title");
    title.hidden = false;
    title.textContent = best.data.title;
    show(best.data, y * onset.kappa[k]);
  }

  function start() {
    const ready = window.Bokeh?.documents.length && model("graph edges") && model("norm") && model("graph").inner_width > 0;
    if (!ready) return void setTimeout(start, 30);
    byId("kappa").addEventListener("input", (event) => {
      const [low, high] = view.data.limits;
      choose(low + (high - low) * Number(event.target.value) / SLIDER);
    });
    byId("kappa-value").addEventListener("change", (event) => {
      const wanted = Number(event.target.value);
      choose(Number.isFinite(wanted) ? wanted : view.kappa);
    });
    window.mvcont = { hover, tap, choose, details, view };
    if (record.phases) phases();
    if (record.diagrams.length) show(record.diagrams[Math.floor(record.diagrams.length / 2)].data);
    else document.querySelectorAll(".top, .side, .bottom, .graph").forEach((part) => { part.hidden = true; });
    if (record.phases && record.diagrams.length) {
      const middle = record.diagrams[Math.floor(record.diagrams.length / 2)];
      open(middle.value, 1, record.phases.onset);
    }
    document.body.dataset.ready = "yes";
  }
  start();
})();
