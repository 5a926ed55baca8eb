/* Shortcuts, none of them needed: / ? g-h g-e, j k Enter in lists. Off by <body data-shortcuts="off"> (WCAG 2.1.4). */
(function () {
  "use strict";
  var waiting = "";
  var timer = 0;

  function typing(target) {
    return target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) || target.closest("dialog");
  }

  function toSearch() {
    var box = document.getElementById("search");
    if (!box || !box.offsetParent) box = document.querySelector("input[type=search], input[name=q]");
    if (box) { box.focus(); box.select(); }
    return Boolean(box);
  }

  function toHelp() {
    var help = document.getElementById("help");
    if (help) { help.open = !help.open; help.querySelector("summary").focus(); }
    return Boolean(help);
  }

  function go(url) {
    if (url) location.assign(url);
    return Boolean(url);
  }

  function step(by) {
    var rows = Array.prototype.slice.call(document.querySelectorAll(".grid tbody tr"));
    var here = rows.findIndex(function (row) { return row.classList.contains("is-here"); });
    var next = rows[Math.max(0, Math.min(rows.length - 1, here + by))];
    if (!next) return false;
    if (here >= 0) rows[here].classList.remove("is-here");
    next.classList.add("is-here");
    var link = next.querySelector("[data-open]");
    if (link) link.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  function press(name) {
    var link = document.querySelector("[data-calendar]") && document.querySelector("a[data-key='" + name + "']");
    return go(link && link.href);
  }

  var KEYS = {
    ArrowLeft: function () { return press("ArrowLeft"); },
    ArrowRight: function () { return press("ArrowRight"); },
    t: function () { return press("t"); },
    "/": toSearch,
    "?": toHelp,
    j: function () { return step(1); },
    k: function () { return step(-1); },
    gh: function () { return go(document.body.dataset.home); },
    ge: function () { return go(document.body.dataset.enterprises); }
  };

  document.addEventListener("keydown", function (event) {
    if (document.body.dataset.shortcuts !== "on" || typing(event.target)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    var pressed = waiting + event.key;
    waiting = "";
    clearTimeout(timer);
    if (pressed === "g") {
      waiting = "g";
      timer = setTimeout(function () { waiting = ""; }, 1000);
    } else if (KEYS[pressed] && KEYS[pressed]()) {
      event.preventDefault();
    }
  });
})();
