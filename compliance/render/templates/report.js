(function () {
  "use strict";
  var root = document.documentElement;
  var all = function (selector, within) {
    return Array.prototype.slice.call((within || document).querySelectorAll(selector));
  };
  var byId = function (id) { return document.getElementById(id); };
  root.className = "js";

  // -- language and theme
  function speak(lang) {
    root.lang = lang;
    all("[data-set]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-set") === lang));
    });
  }
  all("[data-set]").forEach(function (button) {
    button.addEventListener("click", function () { speak(button.getAttribute("data-set")); });
  });
  var themes = ["", "light", "dark"];
  function shade() {
    var next = themes[(themes.indexOf(root.getAttribute("data-theme") || "") + 1) % themes.length];
    if (next) { root.setAttribute("data-theme", next); } else { root.removeAttribute("data-theme"); }
  }
  byId("theme").addEventListener("click", shade);
  byId("print").addEventListener("click", function () { window.print(); });

  // What is jumped to must not lie under the filter, which stays at the top of the window where there is room.
  function pad() {
    var bar = document.querySelector(".filter");
    var sticky = window.getComputedStyle(bar).position === "sticky";
    root.style.scrollPaddingTop = (sticky ? bar.offsetHeight : 0) + 12 + "px";
  }
  window.addEventListener("resize", pad);
  pad();

  // -- filter
  var items = all("details.item");
  var boxes = all("input[name=o]");
  var query = byId("q");
  var list = byId("list");
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
      var listed = !list.value || item.getAttribute("data-list").split(" ").indexOf(list.value) >= 0;
      var show = listed && item.getAttribute("data-has").split(" ").some(chose) &&
        (named || read(item).indexOf(wanted) >= 0);
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
    byId("filtered").hidden = shown === items.length && chosen.length === boxes.length && !wanted;
  }

  var waiting;
  query.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(filter, 150); });
  boxes.concat(list).forEach(function (box) { box.addEventListener("change", filter); });
  document.querySelector(".filter").addEventListener("submit", function (event) { event.preventDefault(); filter(); });

  function open(state) {
    return function () { all("main details").forEach(function (details) { details.open = state; }); };
  }
  byId("unfold").addEventListener("click", open(true));
  byId("fold").addEventListener("click", open(false));

  // In a long page what lies between is laid out only on the way: look again where the target is.
  function go(target) {
    target.scrollIntoView();
    var again = 3;
    function settle() {
      target.scrollIntoView();
      if ((again -= 1) > 0) { window.requestAnimationFrame(settle); }
    }
    window.requestAnimationFrame(settle);
  }

  function arrive() {
    var target = byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    if (target.hidden || (target.parentNode.hidden && target.parentNode.className === "clause")) {
      query.value = "";
      list.value = "";
      boxes.forEach(function (box) { box.checked = true; });
      filter();
    }
    for (var holder = target; holder; holder = holder.parentNode) {
      if (holder.tagName === "DETAILS") { holder.open = true; }
    }
    go(target);
  }
  window.addEventListener("hashchange", arrive);
  arrive();
  if (query.value || list.value || boxes.some(function (box) { return !box.checked; })) { filter(); }

  // -- dialogs
  function show(dialog) {
    if (dialog.showModal) { dialog.showModal(); } else { dialog.setAttribute("open", ""); }
  }
  all("dialog .close").forEach(function (button) {
    button.addEventListener("click", function () {
      var dialog = button.parentNode.parentNode;
      if (dialog.close) { dialog.close(); } else { dialog.removeAttribute("open"); }
    });
  });
  var help = byId("help");
  byId("keys").addEventListener("click", function () { show(help); });

  // -- the dossier: entries word for word, read only when asked for
  var entries, fields;
  function load() {
    entries = Object.create(null);
    byId("entries").textContent.split("\n").forEach(function (line) {
      var end = line.indexOf(" ");
      entries[line.slice(0, end)] = line.slice(end + 1);
    });
    fields = JSON.parse(byId("fields").textContent);
  }

  // JSON text → {text} for what is written, {kids: [[name, node]…], list} for lists and objects; numbers stay text.
  function parse(source) {
    var token = /[{}\[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+/g;
    var next = function () { return token.exec(source)[0]; };
    var word = function (text) { return text.replace(/\\u003c/g, "<"); };
    function value(first) {
      if (first !== "{" && first !== "[") { return { text: word(first) }; }
      var node = { kids: [], list: first === "[" };
      for (var got = next(); got !== "}" && got !== "]"; got = next()) {
        if (got === ",") { got = next(); }
        var name = node.list ? String(node.kids.length) : word(got.slice(1, -1));
        if (!node.list) { next(); got = next(); }
        node.kids.push([name, value(got)]);
      }
      return node;
    }
    return value(next());
  }

  function element(tag, className, text) {
    var made = document.createElement(tag);
    if (className) { made.className = className; }
    if (text !== undefined) { made.textContent = text; }
    return made;
  }

  // One member as a list entry; ``path`` is what is left of the pointer, null off the way to it.
  function member(name, node, type, path, head) {
    var described = type && fields[type] && fields[type][name];
    var within = described ? described[1] : type;
    var made = element("li");
    var here = path !== null && path.length === 0;
    var label = element(here ? "mark" : "span");
    if (described) { label.appendChild(element("span", "title", described[0])); }
    label.appendChild(element("code", "name", /^\d+$/.test(name) ? "[" + name + "]" : name));
    if (node.kids === undefined) {
      label.appendChild(element("code", "", node.text));
      made.appendChild(label);
    } else if (head || node.kids.length === 0) {
      var many = node.list && node.kids.length ? "[ " + node.kids[0][1].text + " ]" : "[ ]";
      label.appendChild(element("code", "", node.list ? many : head ? "{ … }" : "{ }"));
      made.appendChild(label);
    } else {
      var fold = element("details");
      var summary = element("summary");
      label.appendChild(element("small", "", node.list ? "[" + node.kids.length + "]" : "{" + node.kids.length + "}"));
      summary.appendChild(label);
      fold.appendChild(summary);
      fold.open = path !== null;
      fold.appendChild(members(node, within, path, false));
      made.appendChild(fold);
    }
    if (here) { made.className = "here"; }
    return made;
  }

  function members(node, type, path, head) {
    var made = element("ul");
    var sought = path && path.length ? path[0] : null;
    var met = false;
    node.kids.forEach(function (kid) {
      var on = sought === kid[0];
      met = met || on;
      made.appendChild(member(kid[0], kid[1], type, on ? path.slice(1) : null, head));
    });
    if (sought !== null && !met) {
      var described = type && fields[type] && fields[type][sought];
      var gap = element("li", "here");
      var label = element("mark");
      if (described) { label.appendChild(element("span", "title", described[0])); }
      label.appendChild(element("code", "name", sought));
      label.appendChild(element("span", "", "—"));
      gap.appendChild(label);
      made.appendChild(gap);
      made.absent = true;
    }
    return made;
  }

  // The entry that a pointer stands in: [its pointer, its text, its type, the rest of the path].
  function entryOf(tokens) {
    var first = tokens.length ? fields.Dossier[tokens[0]] : null;
    for (var n = Math.min(2, tokens.length); n > 0; n -= 1) {
      var place = "/" + tokens.slice(0, n).join("/");
      if (entries[place] !== undefined) { return [place, entries[place], first && first[1], tokens.slice(n)]; }
    }
    return ["", entries[""], "Dossier", tokens];
  }

  function trail(tokens) {
    var type = "Dossier";
    return tokens.map(function (token) {
      if (/^\d+$/.test(token)) { return root.lang === "en" ? "no. " + (+token + 1) : "第" + (+token + 1) + "项"; }
      var described = fields[type] && fields[type][token];
      if (described && described[1]) { type = described[1]; }
      return described && root.lang !== "en" ? described[0] : token;
    }).join(" › ");
  }

  function open_place(pointer) {
    if (!entries) { load(); }
    var tokens = pointer.split("/").slice(1);
    var found = entryOf(tokens);
    var node = parse(found[1]);
    var head = found[0] === "";
    // A list of the dossier that is there, though the entry asked for is not in this page.
    var left = head && tokens.length > 1 && node.kids.some(function (kid) {
      return kid[0] === tokens[0] && kid[1].kids && kid[1].kids.length && +kid[1].kids[0][1].text > +tokens[1];
    });
    var shown = byId("place-shown");
    var tree = members(node, found[2], left ? [] : head ? tokens.slice(0, 1) : found[3], head);
    shown.textContent = "";
    shown.appendChild(tree);
    var absent = !left && (all("ul", shown).concat(tree).some(function (ul) { return ul.absent; }) || (head && tokens.length > 1));
    byId("place").querySelector(".trail").textContent = trail(tokens);
    byId("place-at").textContent = pointer;
    byId("place-found").hidden = absent || left || !tokens.length;
    byId("place-absent").hidden = !absent;
    byId("place-left").hidden = !left;
    if (!found[3].length && !head) { shown.className = "here"; } else { shown.className = ""; }
    show(byId("place"));
    var marked = shown.querySelector("mark");
    if (marked) { marked.scrollIntoView({ block: "center" }); }
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest(".at") : null;
    if (!button || !byId("place")) { return; }
    var at = button.getAttribute("data-at");
    open_place(at === null ? button.textContent : at);
  });

  // -- keys
  function step(wanted, back) {
    var shown = items.filter(function (item) { return !item.hidden && (!wanted || item.classList.contains(wanted)); });
    var at = document.activeElement;
    var after = shown.filter(function (item) {
      var inside = item.contains(at);
      var where = at ? item.compareDocumentPosition(at) : 0;
      return back ? !inside && (where & 4) : !inside && !(where & 4);
    });
    var target = at && at !== document.body ? (back ? after[after.length - 1] : after[0]) : shown[0];
    if (!target) { return; }
    target.querySelector("summary").focus({ preventScroll: true });
    go(target);
  }
  function toggle() {
    var item = document.activeElement && document.activeElement.closest("details.item");
    if (item) { item.open = !item.open; }
  }
  function outcome(number) {
    return function () { boxes[number].checked = !boxes[number].checked; filter(); };
  }
  // The boxes stand in the order fail, unknown, pass, not applicable; the keys in that of the help.
  var keys = {
    "?": function () { show(help); }, "/": function () { query.focus(); query.scrollIntoView({ block: "center" }); },
    j: function () { step(); }, k: function () { step(null, true); }, f: function () { step("fail"); },
    u: function () { step("unknown"); }, x: toggle, e: open(true), c: open(false),
    "1": outcome(2), "2": outcome(0), "3": outcome(1), "4": outcome(3),
    g: function () { byId("top").scrollIntoView(); }, l: function () { speak(root.lang === "en" ? "zh" : "en"); },
    t: shade, p: function () { window.print(); }
  };
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) { return; }
    var tag = event.target.tagName;
    if (tag === "INPUT" && event.target.type === "search" || tag === "SELECT" || tag === "TEXTAREA") {
      if (event.key === "Escape") { event.target.blur(); }
      return;
    }
    if (!byId("keys-on").checked || !keys[event.key]) { return; }
    event.preventDefault();
    keys[event.key]();
  });
})();
