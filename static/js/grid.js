/* Editing in the table: Enter goes down a column, changed cells are marked and counted, leaving with changes asks. */
(function () {
  "use strict";

  function cells(form) {
    return Array.prototype.slice.call(form.querySelectorAll("[data-was]"));
  }

  function refresh(form) {
    var n = 0;
    cells(form).forEach(function (input) {
      var changed = input.value !== input.dataset.was;
      input.closest("td").classList.toggle("is-changed", changed);
      if (changed) n += 1;
    });
    var words = form.querySelector("[data-changed]");
    if (words) words.textContent = n ? words.dataset.words.replace("{n}", n) : "";
    form.dataset.dirty = n ? "1" : "";
  }

  function below(input, by) {
    var row = input.closest("tr");
    var column = Array.prototype.indexOf.call(row.children, input.closest("td"));
    var next = by > 0 ? row.nextElementSibling : row.previousElementSibling;
    return next && next.children[column] ? next.children[column].querySelector("[data-was]") : null;
  }

  document.addEventListener("input", function (event) {
    var form = event.target.closest("form[data-grid]");
    if (form) refresh(form);
  });

  document.addEventListener("keydown", function (event) {
    var input = event.target.closest ? event.target.closest("form[data-grid] [data-was]") : null;
    if (!input || event.isComposing) return;
    if (event.key === "Escape") {
      input.value = input.dataset.was;
      refresh(input.form);
      return;
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    var next = below(input, event.shiftKey ? -1 : 1);
    if (next) { next.focus(); if (next.select) next.select(); }
  });

  /* Another page of the list is fetched without leaving this one: go there the long way, so that leaving asks. */
  document.addEventListener("htmx:beforeRequest", function (event) {
    var link = event.detail.elt.closest("a[href]");
    if (!link || !document.querySelector("form[data-grid][data-dirty='1']")) return;
    event.preventDefault();
    window.location.assign(link.href);
  });

  window.addEventListener("beforeunload", function (event) {
    var form = document.querySelector("form[data-grid]");
    if (!form || !form.dataset.dirty || form.getAttribute("aria-busy") === "true") return;
    event.preventDefault();
    event.returnValue = "";
  });

  document.querySelectorAll("form[data-grid]").forEach(refresh);
})();
