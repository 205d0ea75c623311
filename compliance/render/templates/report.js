(function () {
  "use strict";
  var root = document.documentElement;
  var all = function (selector, within) {
    return Array.prototype.slice.call((within || document).querySelectorAll(selector));
  };
  var byId = function (id) { return document.getElementById(id); };
  root.className = "js";

  all("[data-set]").forEach(function (button) {
    button.addEventListener("click", function () {
      root.lang = button.getAttribute("data-set");
      all("[data-set]").forEach(function (other) { other.setAttribute("aria-pressed", String(other === button)); });
    });
  });
  byId("print").addEventListener("click", function () { window.print(); });

  var items = all("details.item");
  var boxes = all("input[name=o]");
  var query = byId("q");
  var read = function (node) {
    if (node.read === undefined) { node.read = node.textContent.toLowerCase(); }
    return node.read;
  };

  function filter() {
    var wanted = query.value.trim().toLowerCase();
    var chosen = boxes.filter(function (box) { return box.checked; }).map(function (box) { return box.value; });
    var chose = function (outcome) { return chosen.indexOf(outcome) >= 0; };
    var shown = 0;
    items.forEach(function (item) {
      var named = read(item.querySelector("summary")).indexOf(wanted) >= 0;
      var show = item.getAttribute("data-has").split(" ").some(chose) && (named || read(item).indexOf(wanted) >= 0);
      item.hidden = !show;
      if (!show) { return; }
      shown += 1;
      all(".group", item).forEach(function (group) { group.hidden = !chose(group.getAttribute("data-group")); });
      all(".row", item).forEach(function (row) { row.hidden = !named && read(row).indexOf(wanted) < 0; });
      if (wanted) {
        item.open = true;
        all(".fold", item).forEach(function (fold) { fold.open = read(fold).indexOf(wanted) >= 0; });
      }
    });
    all(".clause").forEach(function (clause) { clause.hidden = !clause.querySelector("details.item:not([hidden])"); });
    byId("shown").textContent = shown + "/" + items.length;
    byId("none").hidden = shown > 0;
  }

  var waiting;
  query.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(filter, 150); });
  boxes.forEach(function (box) { box.addEventListener("change", filter); });
  document.querySelector(".filter").addEventListener("submit", function (event) { event.preventDefault(); filter(); });

  function open(state) {
    return function () { all("details").forEach(function (details) { details.open = state; }); };
  }
  byId("unfold").addEventListener("click", open(true));
  byId("fold").addEventListener("click", open(false));

  function arrive() {
    var target = byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    if (target.hidden) {
      query.value = "";
      boxes.forEach(function (box) { box.checked = true; });
      filter();
    }
    for (var holder = target; holder; holder = holder.parentNode) {
      if (holder.tagName === "DETAILS") { holder.open = true; }
    }
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", arrive);
  arrive();
  if (query.value || boxes.some(function (box) { return !box.checked; })) { filter(); }
})();
