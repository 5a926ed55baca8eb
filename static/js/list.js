/* Lists: does the table fit, tick all on the page, count the ticked ones in the bulk bar, "all that match". */
(function () {
  "use strict";

  function ticks(form) {
    return Array.prototype.slice.call(form.querySelectorAll("input[name='id']"));
  }

  function refresh(form) {
    var boxes = ticks(form);
    var n = boxes.filter(function (box) { return box.checked; }).length;
    var everything = form.querySelector("input[name='all']");
    var whole = Boolean(everything && everything.checked);
    var all = form.querySelector("[data-tick-all]");
    var bar = form.querySelector("[data-bulk-bar]");
    var words = form.querySelector("[data-ticked]");
    if (all) {
      all.hidden = false;
      all.checked = n > 0 && n === boxes.length;
      all.indeterminate = n > 0 && n < boxes.length;
    }
    if (!bar) return;
    if (!words.dataset.idle) words.dataset.idle = words.textContent;
    words.textContent = n ? words.dataset.words.replace("{n}", n) : words.dataset.idle;
    bar.classList.toggle("is-on", n > 0 || whole);
    bar.querySelectorAll(".bulk-acts button").forEach(function (button) { button.disabled = !n && !whole; });
  }

  document.addEventListener("change", function (event) {
    var form = event.target.form;
    if (!form || !form.hasAttribute("data-bulk")) return;
    if (event.target.hasAttribute("data-tick-all")) {
      ticks(form).forEach(function (box) { box.checked = event.target.checked; });
    }
    refresh(form);
  });

  function fit() {
    document.querySelectorAll(".grid-scroll").forEach(function (box) {
      box.classList.remove("fits");
      box.classList.toggle("fits", box.scrollWidth <= box.clientWidth);
    });
  }

  function start() {
    document.querySelectorAll("form[data-bulk]").forEach(refresh);
    fit();
  }
  window.addEventListener("resize", fit);
  document.addEventListener("htmx:afterSettle", start);
  start();
})();
