(function () {
  "use strict";
  var root = document.documentElement;
  root.className = "js";
  var buttons = Array.prototype.slice.call(document.querySelectorAll("[data-set]"));
  buttons.forEach(function (button) {
    button.addEventListener("click", function () {
      root.lang = button.getAttribute("data-set");
      buttons.forEach(function (one) { one.setAttribute("aria-pressed", String(one === button)); });
    });
  });
  var themes = ["", "light", "dark"];
  document.getElementById("theme").addEventListener("click", function () {
    var next = themes[(themes.indexOf(root.getAttribute("data-theme") || "") + 1) % themes.length];
    if (next) { root.setAttribute("data-theme", next); } else { root.removeAttribute("data-theme"); }
  });
  document.getElementById("print").addEventListener("click", function () { window.print(); });
}());
