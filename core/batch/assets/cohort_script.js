"use strict";
// Sorts and filters the plans. Everything it shows stands in the page's own data (its layout is told in
// cohort_page_plans.cpp); texts enter the page as text nodes only. Rows are made for one leaf of the table at a time.
(function () {
  const source = document.getElementById("cohort-data");
  const live = document.getElementById("plans-live");
  if (!source || !live) return;
  const data = JSON.parse(source.textContent);
  const [STATE, PATIENT, LABEL, DATE, SITE, FRACTIONS, TOTAL, , EQD2, FOLDER, REPORTS, RULES, CODES, REASON, KEY, PROTOCOLS] =
    Array.from({length: 16}, (nothing, i) => i);
  const SHAPES = {PASS: "pass", VARIATION: "variation", FAIL: "fail", UNKNOWN: "unknown", NOT_APPLICABLE: "na",
    REFUSED: "refused", UNREADABLE: "unreadable"};
  const LETTERS = {PASS: "P", VARIATION: "V", FAIL: "F", UNKNOWN: "U", NOT_APPLICABLE: "N"};
  const WORDS = {P: "PASS", V: "VARIATION", F: "FAIL", U: "UNKNOWN", N: "NOT_APPLICABLE"};
  const UNCHECKED = ["REFUSED", "UNREADABLE"];
  const MOST_IDS = 6;
  const BORDERLINE = "A limit lies inside the bracket: another system could decide otherwise.";

  function make(tag, attributes, children) {
    const element = document.createElement(tag);
    for (const key of Object.keys(attributes || {})) element.setAttribute(key, attributes[key]);
    for (const child of children || []) element.append(child);
    return element;
  }
  function mark(word) {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    shape.setAttribute("class", "shape");
    shape.setAttribute("viewBox", "0 0 24 24");
    shape.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", "#shape-" + SHAPES[word]);
    shape.append(use);
    const kind = UNCHECKED.includes(word) ? "unchecked" : SHAPES[word];
    return make("span", {class: "verdict " + kind}, [shape, word.replace("_", " ")]);
  }
  function count(number, noun) { return number + " " + noun + (number === 1 ? "" : "s"); }

  // ---- what is derived from the data once
  const plans = data.plans.map((row, index) => ({row: row, index: index, text: null}));
  const metricsOfRule = data.rules.map(() => []);
  const outlying = new Set();  // of plan and rule: rule * plans + plan
  for (const metric of data.metrics) {
    metric.of = new Map();
    const order = [];
    let at = 0;
    metric.gaps.forEach(function (gap, i) { at += gap; order.push(at); metric.of.set(at, metric.values[i]); });
    for (const i of metric.outliers) outlying.add(metric.rule * plans.length + order[i]);
    metricsOfRule[metric.rule].push(metric);
  }
  const anyOutlier = new Set(Array.from(outlying, (both) => both % plans.length));
  function wordOf(plan) { return data.states[plan.row[STATE]]; }
  function letterOf(plan, rule) { return plan.row[RULES].charAt(rule) || "."; }
  function valueOf(plan, rule) {
    for (const metric of metricsOfRule[rule]) if (metric.of.has(plan.index)) return [metric.of.get(plan.index), metric];
    return null;
  }
  // At least the metric's decimals; more where the page's data has more, so that no limit is contradicted.
  function numberText(value, decimals) {
    const text = String(value), point = text.indexOf(".");
    return text.includes("e") || (point >= 0 && text.length - point - 1 > decimals) ? text : value.toFixed(decimals);
  }
  function searched(plan) {
    if (plan.text === null) {
      const row = plan.row;
      plan.text = [row[PATIENT], row[LABEL], row[DATE], row[SITE], row[REASON], row[KEY], row[FOLDER],
        data.protocols[row[PROTOCOLS]]].join("\n").toLowerCase();
    }
    return plan.text;
  }

  // ---- controls
  function choice(id, label, options) {
    const select = make("select", {id: id, autocomplete: "off"});
    for (const [value, text] of options) select.append(make("option", {value: value}, [text]));
    return {select: select, label: make("label", {}, [make("span", {}, [label]), select])};
  }
  const totals = data.states.map((word, state) => plans.filter((plan) => plan.row[STATE] === state).length);
  const chosen = new Set();  // states; none: all
  const stateButtons = data.states.map(function (word, state) {
    const button = make("button", {type: "button", "aria-pressed": "false", "data-state": word, class: "state"},
      [mark(word), make("span", {class: "num"}, [String(totals[state])])]);
    button.hidden = totals[state] === 0;
    button.addEventListener("click", function () {
      if (chosen.has(state)) chosen.delete(state); else chosen.add(state);
      filter();
    });
    return button;
  });
  const rule = choice("filter-rule", "Rule", [["", "any"]]);
  const groups = new Map();
  data.rules.forEach(function (one, i) {
    if (!groups.has(one[0])) {
      groups.set(one[0], make("optgroup", {label: one[0]}));
      rule.select.append(groups.get(one[0]));
    }
    const level = (one[4] === "check" ? "check, " : "") + one[3];
    groups.get(one[0]).append(make("option", {value: i}, [one[1] + " (" + level + "): " + one[2]]));
  });
  const state = choice("filter-state", "of which it says", [["FU", "FAIL or UNKNOWN"], ["FUV", "FAIL, UNKNOWN or VARIATION"],
    ["F", "FAIL"], ["U", "UNKNOWN"], ["V", "VARIATION"], ["P", "PASS"], ["N", "NOT APPLICABLE"], ["borderline", "borderline"],
    ["any", "anything"]]);
  const codeCounts = data.codes.map(() => 0);
  for (const plan of plans) for (const code of plan.row[CODES]) codeCounts[code] += 1;
  const code = choice("filter-code", "Finding", [["", "any"]].concat(data.codes.map((text, i) => [String(i),
    text + " (" + codeCounts[i] + ")"]).sort((a, b) => (a[1] < b[1] ? -1 : 1))));
  const site = choice("filter-site", "Site", [["", "any"]].concat(
    Array.from(new Set(plans.map((plan) => plan.row[SITE]))).sort().map((text) => ["=" + text, text || "not given"])));
  const outlier = make("input", {type: "checkbox", id: "filter-outlier", autocomplete: "off"});
  const search = make("input", {type: "search", id: "filter-text", autocomplete: "off", spellcheck: "false",
    placeholder: "patient, plan, UID, reason"});
  const clear = make("button", {type: "button", id: "filter-clear"}, ["Show all"]);
  const perLeaf = choice("leaf-size", "Rows", [["25", "25"], ["50", "50"], ["200", "200"], ["1000", "1000"]]);
  const order = choice("sort-by", "Sort by", []);
  const reverse = make("button", {type: "button", id: "sort-reverse"}, ["Reverse"]);
  const said = make("p", {id: "plans-said", role: "status", "aria-live": "polite"});
  const previous = make("button", {type: "button", id: "leaf-previous"}, ["Previous"]);
  const next = make("button", {type: "button", id: "leaf-next"}, ["Next"]);
  const place = make("span", {class: "num", id: "leaf-place"});

  // ---- columns: what a plan is sorted by; null goes last
  const columns = [
    {id: "state", title: "Verdict", by: (plan) => plan.row[STATE]},
    {id: "patient", title: "Patient, plan", by: (plan) => (plan.row[PATIENT] + "\n" + plan.row[LABEL]).toLowerCase()},
    {id: "date", title: "Date", by: (plan) => (/^\d{4}-\d\d-\d\d$/.test(plan.row[DATE]) ? plan.row[DATE] : null)},
    {id: "site", title: "Site", by: (plan) => plan.row[SITE].toLowerCase() || null},
    {id: "total", title: "Dose, fractions", by: (plan) => plan.row[TOTAL]},
    {id: "eqd2", title: "EQD2", by: (plan) => plan.row[EQD2]},
    {id: "value", title: "Value of the rule", by: function (plan) {
      const value = chosenRule() === null ? null : valueOf(plan, chosenRule());
      return value === null ? null : value[0];
    }},
    {id: "rules", title: "Not met or unknown", by: (plan) => -plan.row[RULES].replace(/[^FUfu]/g, "").length},
    {id: "codes", title: "Findings", by: (plan) => -plan.row[CODES].length},
  ];
  for (const column of columns) order.select.append(make("option", {value: column.id}, [column.title]));
  let sortBy = "state", descending = false, shown = [], leaf = 0;
  function chosenRule() { return rule.select.value === "" ? null : Number(rule.select.value); }

  function sort() {
    const by = columns.find((column) => column.id === sortBy).by;
    const keys = new Map(shown.map((plan) => [plan, by(plan)]));
    const sign = descending ? -1 : 1;
    shown.sort(function (a, b) {
      const x = keys.get(a), y = keys.get(b);
      if (x === y) return a.index - b.index;
      if (x === null) return 1;
      if (y === null) return -1;
      return x < y ? -sign : sign;
    });
  }
  function filter() {
    const wanted = chosenRule(), kinds = state.select.value, words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wantedCode = code.select.value === "" ? null : Number(code.select.value), wantedSite = site.select.value;
    shown = plans.filter(function (plan) {
      if (chosen.size > 0 && !chosen.has(plan.row[STATE])) return false;
      if (wanted !== null) {
        const letter = letterOf(plan, wanted);
        if (letter === ".") return false;
        if (kinds === "borderline") { if (letter === letter.toUpperCase()) return false; }
        else if (kinds !== "any" && !kinds.includes(letter.toUpperCase())) return false;
      }
      if (wantedCode !== null && !plan.row[CODES].includes(wantedCode)) return false;
      if (wantedSite !== "" && "=" + plan.row[SITE] !== wantedSite) return false;
      if (outlier.checked && !(wanted === null ? anyOutlier.has(plan.index) : outlying.has(wanted * plans.length + plan.index))) return false;
      return words.every((word) => searched(plan).includes(word));
    });
    state.select.disabled = wanted === null;
    order.select.querySelector("[value=value]").disabled = wanted === null;
    stateButtons.forEach((button, i) => button.setAttribute("aria-pressed", String(chosen.has(i))));
    if (sortBy === "value" && wanted === null) { sortBy = "state"; descending = false; }
    leaf = 0;
    sort();
    draw();
  }

  // ---- rows
  const body = make("tbody", {role: "rowgroup"});
  const headRow = make("tr", {role: "row"});
  const table = make("table", {class: "data plans", role: "table", "aria-label": "Plans", id: "plans-table"},
    [make("thead", {role: "rowgroup"}, [headRow]), body]);
  function cell(label, children, kind) {
    return make("td", {role: "cell", "data-label": label, class: kind || ""}, children);
  }
  function who(row) {
    const name = make("bdi", {}, [[row[PATIENT], row[LABEL]].filter(Boolean).join(", ") || row[KEY] || "no name"]);
    const reports = data.reports[row[REPORTS]];
    if (!row[FOLDER]) return [name];
    const best = reports.find((report) => /\.html?$/i.test(report[0])) || reports.find((report) => /\.pdf$/i.test(report[0])) || reports[0];
    return [make("a", {href: row[FOLDER] + "/" + (best ? best[1] : "")}, [name])];
  }
  function unmet(plan) {
    const row = plan.row;
    if (UNCHECKED.includes(wordOf(plan))) return [make("bdi", {}, [row[REASON]])];
    const lines = [];
    for (const letter of ["F", "U", "V"]) {
      const ids = [];
      for (let i = 0; i < row[RULES].length; ++i) {
        if (row[RULES].charAt(i).toUpperCase() === letter) ids.push(data.rules[i]);
      }
      if (ids.length === 0) continue;
      // What is required decides the verdict, so it is named first.
      ids.sort((a, b) => (a[3] === "required" ? 0 : 1) - (b[3] === "required" ? 0 : 1));
      const line = make("div", {}, [WORDS[letter] + ": "]);
      ids.slice(0, MOST_IDS).forEach(function (one, i) {
        line.append(i > 0 ? ", " : "", make("code", {}, [one[1]]), one[3] === "required" ? "" : " (" + one[3] + ")");
      });
      if (ids.length > MOST_IDS) line.append(" and " + (ids.length - MOST_IDS) + " more");
      lines.push(line);
    }
    return lines.length > 0 ? lines : [make("span", {class: "faint"}, [row[RULES] === "" ? row[REASON] : "none"])];
  }
  function ruleValue(plan, wanted) {
    const letter = letterOf(plan, wanted), value = valueOf(plan, wanted), parts = [];
    if (letter === ".") return [make("span", {class: "faint"}, ["not held against it"])];
    parts.push(mark(WORDS[letter.toUpperCase()]), make("br"));
    if (value === null) {
      if (letter !== "N" && data.rules[wanted][4] === "rule") parts.push(make("span", {class: "absent"}, ["not measured"]));
    } else {
      const unit = value[1].unit === "" ? "" : " " + value[1].unit;
      parts.push(make("strong", {class: "num"}, [numberText(value[0], value[1].decimals) + unit]));
      if (metricsOfRule[wanted].length > 1) parts.push(" ", make("small", {}, [value[1].metric]));
    }
    if (letter !== letter.toUpperCase()) parts.push(" ", make("span", {class: "borderline", title: BORDERLINE}, ["borderline"]));
    if (outlying.has(wanted * plans.length + plan.index)) parts.push(" ", make("small", {}, ["outlier"]));
    return parts;
  }
  // By their kind where that tells them apart, else by their names.
  function files(row) {
    if (!row[FOLDER]) return [];
    const parts = [], reports = data.reports[row[REPORTS]];
    const kindOf = (name) => (/\.[a-z]{3,5}$/i.test(name) ? name.slice(name.lastIndexOf(".") + 1).toUpperCase() : name);
    const kinds = reports.map((report) => kindOf(report[0]));
    reports.forEach(function ([name, href], i) {
      const alone = kinds.indexOf(kinds[i]) === kinds.lastIndexOf(kinds[i]);
      parts.push(make("a", {href: row[FOLDER] + "/" + href, title: name}, [make("bdi", {}, [alone ? kinds[i] : name])]), " ");
    });
    parts.push(make("a", {href: row[FOLDER] + "/"}, ["folder"]));
    return parts;
  }
  function treatment(row) {
    if (row[TOTAL] === null && row[FRACTIONS] === null) return [make("span", {class: "faint"}, ["unknown"])];
    return [(row[TOTAL] === null ? "dose unknown" : numberText(row[TOTAL], 2) + " Gy") + ", ",
      row[FRACTIONS] === null ? "fractions unknown" : "in " + row[FRACTIONS]];
  }
  function tableRow(plan, wanted) {
    const row = plan.row, checked = !UNCHECKED.includes(wordOf(plan));
    const cells = [cell("Verdict", [mark(wordOf(plan))], "v"), cell("Plan", who(row), "who"),
      cell("Date", [row[DATE] || make("span", {class: "faint"}, ["unknown"])], "date"),
      cell("Site", row[SITE] === "" ? [] : [make("bdi", {}, [row[SITE]])], "site"),
      cell("Dose, fractions", checked ? treatment(row) : [], "num"),
      cell("EQD2", row[EQD2] === null ? [] : [numberText(row[EQD2], 2) + " Gy"], "num")];
    if (wanted !== null) cells.push(cell(data.rules[wanted][1], ruleValue(plan, wanted), "value"));
    cells.push(cell(checked ? "Not met or unknown" : "Reason", unmet(plan), "unmet"),
      cell("Findings", row[CODES].length === 0 ? [] :
        [make("span", {title: row[CODES].map((one) => data.codes[one]).join(", ")}, [String(row[CODES].length)])], "num"),
      cell("Files", files(row), "files"));
    return make("tr", {role: "row", "data-plan": plan.index}, cells);
  }
  function head(wanted) {
    headRow.replaceChildren();
    for (const column of columns) {
      if (column.id === "value" && wanted === null) continue;
      const now = column.id === sortBy;
      const title = column.id === "value" ? data.rules[wanted][1] : column.title;
      const button = make("button", {type: "button", class: "sort", "data-sort": column.id},
        [title, make("span", {"aria-hidden": "true"}, [now ? (descending ? " ▼" : " ▲") : ""])]);
      button.addEventListener("click", function () {
        descending = column.id === sortBy ? !descending : false;
        sortBy = column.id;
        leaf = 0;
        sort();
        draw();
        headRow.querySelector("[data-sort=" + column.id + "]").focus();
      });
      headRow.append(make("th", {role: "columnheader", scope: "col", "aria-sort": now ? (descending ? "descending" : "ascending") : "none",
        class: ["total", "eqd2", "codes"].includes(column.id) ? "num" : ""}, [button]));
    }
    headRow.append(make("th", {role: "columnheader", scope: "col"}, ["Files"]));
  }
  function draw() {
    const size = Number(perLeaf.select.value), leaves = Math.max(1, Math.ceil(shown.length / size)), wanted = chosenRule();
    leaf = Math.min(leaf, leaves - 1);
    head(wanted);
    order.select.value = sortBy;
    const rows = shown.slice(leaf * size, (leaf + 1) * size);
    body.replaceChildren(...rows.map((plan) => tableRow(plan, wanted)));
    said.textContent = shown.length === plans.length ? "All " + count(plans.length, "plan") + "." :
      count(shown.length, "plan") + " of " + plans.length + ".";
    place.textContent = rows.length === 0 ? "none" : (leaf * size + 1) + " to " + (leaf * size + rows.length) + " of " + shown.length;
    previous.disabled = leaf === 0;
    next.disabled = leaf === leaves - 1;
  }

  // ---- everything together
  function reset() {
    chosen.clear();
    for (const one of [rule, code, site]) one.select.value = "";
    state.select.value = "FU";
    outlier.checked = false;
    search.value = "";
  }
  let waiting = 0;
  search.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
  for (const one of [rule, state, code, site]) one.select.addEventListener("change", filter);
  outlier.addEventListener("change", filter);
  clear.addEventListener("click", function () { reset(); filter(); });
  perLeaf.select.addEventListener("change", function () { leaf = 0; draw(); });
  order.select.addEventListener("change", function () { sortBy = order.select.value; descending = false; leaf = 0; sort(); draw(); });
  reverse.addEventListener("click", function () { descending = !descending; leaf = 0; sort(); draw(); });
  function turn(by) { leaf += by; draw(); live.scrollIntoView({block: "start"}); }
  previous.addEventListener("click", function () { turn(-1); });
  next.addEventListener("click", function () { turn(1); });
  // Numbers elsewhere on the page lead to the plans that they count.
  document.addEventListener("click", function (event) {
    const link = event.target instanceof Element ? event.target.closest("a[data-status], a[data-rule]") : null;
    if (!link) return;
    reset();
    if (link.dataset.status) chosen.add(data.states.indexOf(link.dataset.status));
    else { rule.select.value = link.dataset.rule; state.select.value = LETTERS[link.dataset.state]; }
    filter();
  });
  live.append(
    make("div", {class: "tools"}, [
      make("div", {class: "states", role: "group", "aria-label": "Verdict"}, stateButtons),
      make("div", {class: "fields"}, [
        make("label", {class: "wide"}, [make("span", {}, ["Search"]), search]), rule.label, state.label, code.label, site.label,
        make("label", {class: "check"}, [outlier, " with an outlier"]), clear])]),
    make("div", {class: "leaf"}, [said, order.label, reverse, perLeaf.label,
      make("div", {class: "turn"}, [previous, place, next])]),
    table);
  reset();
  filter();
  live.hidden = false;
})();
