/* Appearance. Loaded before the first paint, so that nothing flashes; later it applies a choice and posts it. */
(function () {
  "use strict";
  var root = document.documentElement;
  var night = window.matchMedia("(prefers-color-scheme: dark)");

  function apply() {
    var wish = root.dataset.theme;
    root.dataset.bsTheme = wish === "dark" || (wish === "auto" && night.matches) ? "dark" : "light";
  }

  apply();
  if (night.addEventListener) night.addEventListener("change", apply);

  var AT_ONCE = {
    theme: function (value) { root.dataset.theme = value; apply(); },
    text_size: function (value) { root.dataset.textSize = value; },
    shortcuts: function (value) { document.body.dataset.shortcuts = value; }
  };

  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("[data-preference] button") : null;
    var act = button && AT_ONCE[button.name];
    if (!act || !window.fetch) return;
    event.preventDefault();
    act(button.value);
    var form = button.form;
    document.querySelectorAll('[data-preference="' + button.name + '"] button').forEach(function (other) {
      other.setAttribute("aria-pressed", String(other.value === button.value));
    });
    var body = new FormData(form);
    body.append(button.name, button.value);
    fetch(form.action, { method: "POST", body: body, headers: { "HX-Request": "true" }, credentials: "same-origin" });
  });
})();
