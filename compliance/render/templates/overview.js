(function () {
  "use strict";
  var all = function (selector, within) {
    return Array.prototype.slice.call((within || document).querySelectorAll(selector));
  };
  var byId = function (id) { return document.getElementById(id); };
  // What a cell is sorted by: its number, else its text; a plot by the number after it stays as it is.
  var value = function (row, column) {
    var text = row.cells[column].textContent.replace(/\u202f/g, "").trim();
    return /^-?\d+(\.\d+)?%?$/.test(text) ? parseFloat(text) : text;
  };
  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") { return a - b; }
    return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
  }
  // Rows that stay in place come first; equal ones keep their order.
  function arrange(holder, moved, key, sign) {
    moved.map(function (node, n) { return [key(node), n, node]; }).sort(function (a, b) {
      return sign * compare(a[0], b[0]) || a[1] - b[1];
    }).forEach(function (entry) { holder.appendChild(entry[2]); });
  }
  function sort(table, column, sign) {
    if (!table.classList.contains("areas")) {
      var body = table.tBodies[0];
      arrange(body, all("tr", body), function (row) { return value(row, column); }, sign);
      return;
    }
    arrange(table, all("tbody:not(.top)", table), function (part) { return value(part.rows[0], column); }, sign);
    all("tbody:not(.top)", table).forEach(function (part) {
      arrange(part, all("tr.low", part), function (row) { return value(row, column); }, sign);
    });
  }
  function head(table, cell, column) {
    if (cell.querySelector(".sr") || table.rows[1].cells[column].querySelector("svg")) { return; }
    var button = document.createElement("button");
    button.type = "button";
    button.className = "sorter";
    while (cell.firstChild) { button.appendChild(cell.firstChild); }
    cell.appendChild(button);
    button.addEventListener("click", function () {
      var down = cell.getAttribute("aria-sort") !== "descending" && column > 0 ||
        cell.getAttribute("aria-sort") === "ascending";
      all("th[aria-sort]", table.tHead).forEach(function (other) { other.removeAttribute("aria-sort"); });
      cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      sort(table, column, down ? -1 : 1);
    });
  }
  all("table.sortable, table.areas").forEach(function (table) {
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell, column) { head(table, cell, column); });
  });

  var filter = byId("areas-filter");
  if (!filter) { return; }
  var trees = all("details.tree");
  var query = byId("q");
  var kind = byId("with");

  // -- twigs: a city with its counties
  var twigs = [];
  function twig(part) {
    var low = all("tr.low", part);
    if (!low.length) { return; }
    var name = part.rows[0].cells[0];
    var button = document.createElement("button");
    button.type = "button";
    button.className = "twig";
    button.setAttribute("aria-label", name.textContent.replace(/\s+/g, " ").trim());
    var state = function (open) {
      button.setAttribute("aria-expanded", String(open));
      button.textContent = open ? "−" : "+";
      low.forEach(function (row) { row.hidden = !open; });
    };
    button.addEventListener("click", function () { state(button.getAttribute("aria-expanded") !== "true"); });
    name.insertBefore(button, name.firstChild);
    state(true);
    twigs.push(state);
    part.twig = state;
  }
  // Made when a province is opened first: a page of three thousand counties opens at once.
  function grow(tree) {
    if (tree.grown) { return; }
    tree.grown = true;
    all("tbody:not(.top)", tree).forEach(twig);
  }
  trees.forEach(function (tree) {
    tree.addEventListener("toggle", function () { if (tree.open) { grow(tree); } });
    if (tree.open) { grow(tree); }
  });
  function open(state) {
    return function () {
      trees.forEach(function (tree) { if (state) { grow(tree); } tree.open = state; });
      twigs.forEach(function (set) { set(true); });
      choose();
    };
  }
  byId("unfold").addEventListener("click", open(true));
  byId("fold").addEventListener("click", open(false));

  // -- filter
  function choose() {
    var wanted = query.value.trim().toLowerCase();
    var column = +kind.value;
    var active = wanted || column;
    var shown = 0;
    var total = 0;
    var meets = function (row) {
      if (row.named === undefined) { row.named = row.cells[0].textContent.toLowerCase(); }
      return row.named.indexOf(wanted) >= 0 && (!column || value(row, column + 1) > 0);
    };
    trees.forEach(function (tree) {
      var any = 0;
      var here = meets(all("tbody.top tr", tree)[0]);
      var rows = 1;
      all("tbody:not(.top)", tree).forEach(function (part) {
        var first = meets(part.rows[0]);
        var below = 0;
        all("tr.low", part).forEach(function (row) {
          var meant = meets(row);
          // A city or province that is named shows all below it, but only what is asked for.
          var show = !active || meant || (!column && wanted && (first || here));
          row.hidden = !show;
          if (row.classList.contains("own")) { return; }
          rows += 1;
          below += show ? 1 : 0;
        });
        rows += 1;
        var keep = !active || first || below > 0 || (!column && wanted && here);
        part.hidden = !keep;
        if (part.twig && keep && !active) { part.twig(true); }
        any += keep ? 1 + below : 0;
      });
      tree.hidden = Boolean(active) && !here && !any;
      total += rows;
      shown += tree.hidden ? 0 : 1 + any;
      if (active && wanted && !tree.hidden) { grow(tree); tree.open = true; }
    });
    all(".year").forEach(function (year) { year.hidden = !year.querySelector("details.tree:not([hidden])"); });
    byId("none").hidden = shown > 0;
    byId("shown").textContent = shown + "/" + total;
  }
  var waiting;
  query.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(choose, 200); });
  kind.addEventListener("change", choose);
  filter.addEventListener("submit", function (event) { event.preventDefault(); choose(); });
  byId("shown").textContent = (function () {
    var rows = document.querySelectorAll("table.areas tbody tr:not(.own)").length;
    return rows + "/" + rows;
  }());
}());
