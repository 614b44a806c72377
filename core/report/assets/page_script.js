"use strict";
// Reads off, zooms and switches the curves of the page. Everything it shows stands in the page's own data; the static
// plot stays for paper, and for whoever has no scripts.
(function () {
  const source = document.getElementById("dvh-data");
  const live = document.getElementById("dvh-live");
  if (!source || !live || typeof Dygraph === "undefined") return;
  const data = JSON.parse(source.textContent);
  const ROWS = 1500;  // doses at which lines are drawn; what is read off is taken from the curve itself
  const DASHES = [null, [8, 3], [2, 3], [9, 3, 2, 3]];
  let eqd2 = false;
  let cursor = null;

  function make(tag, attributes, children) {
    const element = document.createElement(tag);
    for (const key of Object.keys(attributes || {})) element.setAttribute(key, attributes[key]);
    for (const child of children || []) element.append(child);
    return element;
  }

  // EQD2 = D (1 + D/(n ab)) / (1 + 2/ab), and back.
  function toAxis(curve, dose) {
    if (!eqd2) return dose;
    return dose * (1 + dose / (data.fractions * curve.ab)) / (1 + 2 / curve.ab);
  }
  function fromAxis(curve, axisDose) {
    if (!eqd2) return axisDose;
    const bed = axisDose * (1 + 2 / curve.ab), nab = data.fractions * curve.ab;
    return nab * (Math.sqrt(1 + 4 * bed / nab) - 1) / 2;
  }

  // Percent of the structure that receives at least `dose`; linear between the points.
  function volumeAt(curve, dose) {
    const doses = curve.dose, last = doses.length - 1;
    if (dose > doses[last]) return 0;
    let low = 0, high = last;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (doses[middle] <= dose) low = middle; else high = middle;
    }
    if (last === 0 || doses[high] === doses[low]) return curve.volume[low];
    const share = (dose - doses[low]) / (doses[high] - doses[low]);
    return curve.volume[low] + share * (curve.volume[high] - curve.volume[low]);
  }

  // As many decimals as the curve's error of 0.01 % leaves right.
  function ccText(curve, percent) {
    const decimals = curve.cc < 50 ? 2 : curve.cc < 500 ? 1 : 0;
    return (percent * curve.cc / 100).toFixed(decimals) + " cc";
  }
  function readout(curve) {
    if (cursor === null) return "";
    const percent = volumeAt(curve, fromAxis(curve, cursor));
    return percent.toFixed(1) + " % · " + ccText(curve, percent);
  }

  function colour(i) {
    return getComputedStyle(document.documentElement).getPropertyValue("--c" + (i % 8)).trim();
  }
  function cssValue(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }
  function axisEnd() {
    let end = 0;
    for (const curve of data.curves) end = Math.max(end, toAxis(curve, curve.dose[curve.dose.length - 1]));
    return Math.max(end, 0.1) * 1.02;
  }
  function rows() {
    const end = axisEnd(), table = [];
    for (let i = 0; i <= ROWS; ++i) {
      const x = end * i / ROWS;
      table.push([x].concat(data.curves.map((curve) => volumeAt(curve, fromAxis(curve, x)))));
    }
    return table;
  }
  function axisName() { return eqd2 ? "EQD2 (Gy)" : "Dose (Gy)"; }

  // ---- what stands around the chart
  const canConvert = data.fractions !== null;
  const physical = make("input", {type: "radio", name: "axis", value: "physical", id: "axis-physical"});
  const converted = make("input", {type: "radio", name: "axis", value: "eqd2", id: "axis-eqd2"});
  physical.checked = true;
  converted.disabled = !canConvert;
  const axisNote = make("small", {id: "axis-note"});
  const doseInput = make("input", {type: "number", id: "read-dose", min: "0", step: "0.01", inputmode: "decimal"});
  const reset = make("button", {type: "button", id: "zoom-reset"}, ["Whole plot"]);
  const all = make("button", {type: "button", id: "show-all"}, ["All structures"]);
  const judged = make("button", {type: "button", id: "show-judged"}, ["Judged only"]);
  const chart = make("div", {class: "live-chart", id: "live-chart", role: "img"});
  const pick = make("fieldset", {class: "pick"}, [make("legend", {}, ["Structures and what is read off"])]);
  const said = make("p", {class: "hidden", role: "status", "aria-live": "polite", id: "read-said"});

  const boxes = [], outputs = [];
  data.curves.forEach(function (curve, i) {
    const box = make("input", {type: "checkbox", id: "curve-" + i});
    box.checked = curve.use === "shown" || data.curves.length <= 10;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 36 10");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", "M0 5h36");
    line.setAttribute("class", "curve c" + (i % 8) + " d" + (i % 4));
    svg.append(line);
    const output = make("output", {id: "read-" + i, for: "read-dose"});
    const label = make("label", {}, [box, svg, make("bdi", {}, [curve.name]), output]);
    pick.append(label);
    boxes.push(box);
    outputs.push(output);
    box.addEventListener("change", function () { graph.setVisibility(i, box.checked); describe(); });
  });
  live.append(
    make("div", {class: "live-tools"}, [
      make("fieldset", {}, [make("legend", {}, ["Dose axis"]),
        make("label", {}, [physical, " physical "]), make("label", {}, [converted, " EQD2 "]), axisNote]),
      make("label", {}, ["Read at ", doseInput, " Gy"]), reset, all, judged]),
    make("div", {class: "live-grid"}, [
      make("div", {}, [make("small", {}, ["Volume (%) that receives at least a dose; drag to zoom"]), chart]), pick]),
    said);
  live.hidden = false;
  document.getElementById("dvh-static").hidden = true;

  function describe() {
    const names = data.curves.filter((curve, i) => boxes[i].checked).map((curve) => curve.name);
    chart.setAttribute("aria-label", "Cumulative dose-volume histograms, " + axisName() + ", of " + names.join(", ") +
      ". Read them off with the field Read at.");
    if (!canConvert) axisNote.textContent = data.no_conversion;
    else if (eqd2) {
      const ratios = new Map();
      for (const curve of data.curves) ratios.set(curve.ab + " Gy, " + curve.ab_from, curve);
      axisNote.textContent = "alpha/beta " + Array.from(ratios.keys()).join("; ") + "; " + data.fractions + " fractions";
    } else axisNote.textContent = "";
  }
  function show() {
    outputs.forEach(function (output, i) { output.textContent = readout(data.curves[i]); });
  }
  function moveTo(axisDose, from) {
    cursor = axisDose;
    if (from !== doseInput) doseInput.value = axisDose === null ? "" : axisDose.toFixed(2);
    show();
    placeLine();
  }
  function placeLine() {
    const area = graph.getArea();
    const x = cursor === null ? -1 : graph.toDomXCoord(cursor);
    line.hidden = x < area.x || x > area.x + area.w;
    line.style.left = x + "px";
    line.style.top = area.y + "px";
    line.style.height = area.h + "px";
  }

  // ---- the chart
  function drawOver(context, area, g) {
    context.save();
    context.lineWidth = 2.2;
    context.strokeStyle = cssValue("--ink");
    data.curves.forEach(function (curve, i) {
      if (!boxes[i].checked) return;
      for (const mark of curve.marks) {
        if (mark.ab !== null && !(eqd2 && mark.ab === curve.ab)) continue;
        const axisDose = mark.ab !== null ? mark.dose : toAxis(curve, mark.dose);
        // The mean of a converted dose is not the converted mean.
        if (eqd2 && mark.ab === null && mark.volume === null) continue;
        const x = g.toDomXCoord(axisDose);
        const y = g.toDomYCoord(mark.volume === null ? 0 : mark.volume);
        if (x < area.x || x > area.x + area.w || y < area.y - 1 || y > area.y + area.h + 1) continue;
        context.beginPath();
        if (mark.volume === null) { context.moveTo(x, y); context.lineTo(x, y - 28); }
        else {
          const side = mark.upper ? 1 : -1;
          context.moveTo(x, y - 15 * side); context.lineTo(x, y); context.lineTo(x + 15 * side, y);
        }
        context.stroke();
      }
    });
    context.restore();
  }
  function series() {
    const options = {};
    data.curves.forEach(function (curve, i) {
      options[labels[i + 1]] = {strokePattern: DASHES[i % 4], color: colour(i)};
    });
    return options;
  }
  // Its legend writes inline styles, which the page's policy forbids; what is read off stands beside the chart.
  Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);
  const labels = ["dose"].concat(data.curves.map((curve, i) => i + " " + curve.name));
  const graph = new Dygraph(chart, rows(), {
    labels: labels, series: series(), visibility: boxes.map((box) => box.checked),
    strokeWidth: 2, highlightCircleSize: 0, animatedZooms: false,
    xlabel: axisName(), valueRange: [0, 102], includeZero: true,
    gridLineColor: cssValue("--line"), axisLineColor: cssValue("--soft"),
    underlayCallback: drawOver,
    drawCallback: function (g, initial) { if (!initial) placeLine(); },
    highlightCallback: function (event, x) { if (x !== cursor) moveTo(x, null); },
  });
  const line = make("div", {class: "live-line", "aria-hidden": "true"});
  line.hidden = true;
  chart.append(line);
  function redraw() {
    graph.updateOptions({file: rows(), series: series(), xlabel: axisName(), dateWindow: null,
      gridLineColor: cssValue("--line"), axisLineColor: cssValue("--soft")});
    describe();
    show();
  }
  function choose() { eqd2 = converted.checked; cursor = null; doseInput.value = ""; redraw(); }
  function setAll(wanted) {
    boxes.forEach(function (box, i) { box.checked = wanted(data.curves[i]); });
    graph.updateOptions({visibility: boxes.map((box) => box.checked)});
    describe();
  }
  physical.addEventListener("change", choose);
  converted.addEventListener("change", choose);
  reset.addEventListener("click", function () { graph.resetZoom(); });
  all.addEventListener("click", function () { setAll(() => true); });
  judged.addEventListener("click", function () { setAll((curve) => curve.use === "shown"); });
  doseInput.addEventListener("input", function () {
    const dose = Number(doseInput.value);
    moveTo(doseInput.value !== "" && dose >= 0 ? dose : null, doseInput);
  });
  doseInput.addEventListener("change", function () {
    said.textContent = cursor === null ? "" : data.curves.map(function (curve, i) {
      return boxes[i].checked ? curve.name + " " + readout(curve) : "";
    }).filter(Boolean).join("; ");
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  describe();
  if (data.curves.length > 0) document.documentElement.setAttribute("data-dvh", "live");
})();
